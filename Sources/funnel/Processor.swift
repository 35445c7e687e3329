import CSystem
import Glibc

/// What the program was built for.
enum Processor {
    /// Ends the program with a sentence where it would end with a signal.
    static func check() {
        #if !DEBUG && !FUNNEL_BASELINE
            guard system_has_avx2() == 0 else { return }
            StandardError.write("error: this program is built for processors with AVX2\n  = help: build it with `FUNNEL_BASELINE=1 make build`\n")
            exit(2)
        #endif
    }
}
