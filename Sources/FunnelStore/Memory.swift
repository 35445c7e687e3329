import CSystem

/// The memory of the process.
package enum Memory {
    /// Gives back to the system what is free: a load takes some times the memory that its columns need, and the allocator
    /// would keep it.
    package static func trim() { malloc_trim(0) }
}
