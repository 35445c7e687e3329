import CADBC
import Glibc

/// C structs that own what they point at, all of it from `malloc`.
enum ExportedMemory {
    static func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        guard let memory = malloc(max(count, 1)) else { preconditionFailure("there is no memory for \(count) bytes") }
        return memory
    }

    /// Each value in memory of its own, and where these are; nil of none.
    private static func owned<Value>(_ values: [Value]) -> UnsafeMutablePointer<UnsafeMutablePointer<Value>?>? {
        guard !values.isEmpty else { return nil }
        let places = bytes(values.count * MemoryLayout<UnsafeMutablePointer<Value>?>.stride)
            .bindMemory(to: UnsafeMutablePointer<Value>?.self, capacity: values.count)
        for (index, value) in values.enumerated() {
            let memory = bytes(MemoryLayout<Value>.stride).bindMemory(to: Value.self, capacity: 1)
            memory.initialize(to: value)
            (places + index).initialize(to: memory)
        }
        return places
    }

    static func schema(_ format: String, name: String, children: [ArrowSchema]) -> ArrowSchema {
        var schema = ArrowSchema()
        schema.format = UnsafePointer(strdup(format))
        schema.name = UnsafePointer(strdup(name))
        // Nullable.
        schema.flags = 2
        schema.n_children = Int64(children.count)
        schema.children = owned(children)
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
        array.children = owned(children)
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
