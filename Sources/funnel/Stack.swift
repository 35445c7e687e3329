import Glibc

/// Expressions and definitions are walked by recursion, so the longest that the parser and the binder let through need
/// more stack than the eight megabytes that a process has by habit.
enum Stack {
    /// Linux keeps at least 128 MB of addresses free below a main thread's stack, and asks for its limit only when the
    /// stack grows: raised at the start, it holds for this thread at once. Pages are taken as they are touched.
    static let bytes: rlim_t = 120 << 20

    /// Lets the main thread's stack grow to `bytes`, or as far as the system allows.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit) == 0, limit.rlim_cur < bytes else { return }
        limit.rlim_cur = min(bytes, limit.rlim_max)
        _ = setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limit)
    }
}
