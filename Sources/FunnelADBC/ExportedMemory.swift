import CADBC
import Glibc

/// C structs that own what they point at, all of it from `malloc`.
enum ExportedMemory {
    static func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        guard let memory = malloc(max(count, 1)) else { preconditionFailure("there is no memory for \(count) bytes") }
        return memory
    }

    static func schema(_ format: String, name: String, children: [ArrowSchema]) -> ArrowSchema {
        var schema = ArrowSchema()
        schema.format = UnsafePointer(strdup(format))
        schema.name = UnsafePointer(strdup(name))
        // Nullable.
        schema.flags = 2
        schema.n_children = Int64(children.count)
        if !children.isEmpty {
            schema.children = bytes(children.count * MemoryLayout<UnsafeMutablePointer<ArrowSchema>?>.stride)
                .bindMemory(to: UnsafeMutablePointer<ArrowSchema>?.self, capacity: children.count)
            for (index, child) in children.enumerated() {
                let memory = bytes(MemoryLayout<ArrowSchema>.stride).bindMemory(to: ArrowSchema.self, capacity: 1)
                memory.initialize(to: child)
                schema.children[index] = memory
            }
        }
        schema.release = { schema in
            guard let schema else { return }
            for index in 0..<Int(schema.pointee.n_children) {
                guard let child = schema.pointee.children[index] else { continue }
                child.pointee.release?(child)
                free(child)
            }
            free(schema.pointee.children)
            free(UnsafeMutablePointer(mutating: schema.pointee.format))
            free(UnsafeMutablePointer(mutating: schema.pointee.name))
            schema.pointee.release = nil
        }
        return schema
    }

    static func array(rows: Int, missing: Int, buffers: [UnsafeMutableRawPointer?], children: [ArrowArray]) -> ArrowArray {
        var array = ArrowArray()
        array.length = Int64(rows)
        array.null_count = Int64(missing)
        array.n_buffers = Int64(buffers.count)
        array.buffers = bytes(buffers.count * MemoryLayout<UnsafeRawPointer?>.stride).bindMemory(to: UnsafeRawPointer?.self, capacity: buffers.count)
        for (index, buffer) in buffers.enumerated() { array.buffers[index] = UnsafeRawPointer(buffer) }
        array.n_children = Int64(children.count)
        if !children.isEmpty {
            array.children = bytes(children.count * MemoryLayout<UnsafeMutablePointer<ArrowArray>?>.stride)
                .bindMemory(to: UnsafeMutablePointer<ArrowArray>?.self, capacity: children.count)
            for (index, child) in children.enumerated() {
                let memory = bytes(MemoryLayout<ArrowArray>.stride).bindMemory(to: ArrowArray.self, capacity: 1)
                memory.initialize(to: child)
                array.children[index] = memory
            }
        }
        array.release = { array in
            guard let array else { return }
            for index in 0..<Int(array.pointee.n_children) {
                guard let child = array.pointee.children[index] else { continue }
                child.pointee.release?(child)
                free(child)
            }
            free(array.pointee.children)
            for index in 0..<Int(array.pointee.n_buffers) { free(UnsafeMutableRawPointer(mutating: array.pointee.buffers[index])) }
            free(array.pointee.buffers)
            array.pointee.release = nil
        }
        return array
    }
}
