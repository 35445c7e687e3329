import CSystem

/// The memory of the process.
package enum Memory {
    /// Gives back to the system what is free: a load takes some times the memory that its columns need, and the allocator
    /// would keep it.
    package static func trim() { malloc_trim(0) }

    /// Whether large pieces of memory are kept for the next query when they are free, up to some hundred megabytes. Taken anew each time, they
    /// would cost more than many a query does with them; a load is better off without.
    package static func keepsFree(_ keeps: Bool) {
        mallopt(M_MMAP_THRESHOLD, keeps ? 32 << 20 : 128 << 10)
        mallopt(M_TRIM_THRESHOLD, keeps ? 256 << 20 : 128 << 10)
    }
}
