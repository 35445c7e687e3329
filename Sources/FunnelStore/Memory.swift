import CSystem
import Glibc

/// The memory of the process.
package enum Memory {
    /// Asks the system for pages of 2 MiB in a large piece of memory, as far as whole ones lie in it, before it is touched: where the system waits to be
    /// asked, a scan is up to a half faster with them, and they come at a fraction of the cost of as many small ones.
    static func preferLargePages(_ memory: UnsafeMutableRawPointer, _ byteCount: Int) {
        guard byteCount >= 2 * largePage else { return }
        let start = memory.alignedUp(toMultipleOf: largePage)
        let count = (memory + byteCount - start) & ~(largePage - 1)
        if count > 0 { madvise(start, count, MADV_HUGEPAGE) }
    }

    private static let largePage = 2 << 20

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
