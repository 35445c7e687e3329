#include <malloc.h>

/// Whether the processor has the instructions of x86-64-v3 that release builds use.
static inline int system_has_avx2(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
#else
    return 1;
#endif
}
