#pragma once
#include <malloc.h>
#include <stdint.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

/// Whether the processor has the instructions of x86-64-v3 that release builds use.
static inline int system_has_avx2(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("fma");
#else
    return 1;
#endif
}

/// What stands at which of 64 bytes, a bit each: delimiters and line ends, double quotes, bytes that are no ASCII, and blanks and
/// control characters that end nothing.
typedef struct {
    uint64_t ends, quotes, others, blanks;
} system_marks;

/// The compiler makes vector comparisons of a loop in Swift, but brings their results together bit by bit.
static inline system_marks system_mark(const uint8_t *bytes, uint8_t delimiter) {
    system_marks marks = {0, 0, 0, 0};
#if defined(__x86_64__)
    for (int part = 0; part < 4; part++) {
        __m128i some = _mm_loadu_si128((const __m128i *)(bytes + part * 16));
        __m128i ends = _mm_or_si128(
            _mm_cmpeq_epi8(some, _mm_set1_epi8((char)delimiter)),
            _mm_or_si128(_mm_cmpeq_epi8(some, _mm_set1_epi8('\n')), _mm_cmpeq_epi8(some, _mm_set1_epi8('\r'))));
        marks.ends |= (uint64_t)(uint32_t)_mm_movemask_epi8(ends) << part * 16;
        marks.quotes |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(some, _mm_set1_epi8('"'))) << part * 16;
        marks.others |= (uint64_t)(uint32_t)_mm_movemask_epi8(some) << part * 16;
        __m128i low = _mm_cmpeq_epi8(_mm_min_epu8(some, _mm_set1_epi8(' ')), some);
        marks.blanks |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_andnot_si128(ends, low)) << part * 16;
    }
#else
    for (int at = 0; at < 64; at++) {
        uint8_t byte = bytes[at];
        marks.ends |= (uint64_t)(byte == delimiter || byte == '\n' || byte == '\r') << at;
        marks.quotes |= (uint64_t)(byte == '"') << at;
        marks.others |= (uint64_t)(byte >> 7) << at;
        marks.blanks |= (uint64_t)(byte <= ' ') << at;
    }
    marks.blanks &= ~marks.ends;
#endif
    return marks;
}

/// Writes 64 codes, with the top bit where there is a bit.
static inline void system_mark_codes(const uint8_t *codes, uint64_t bits, uint8_t *marked) {
#if defined(__AVX2__)
    const __m256i bytes = _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i places = _mm256_set1_epi64x((long long)0x8040201008040201);
    for (int part = 0; part < 2; part++) {
        __m256i own = _mm256_and_si256(_mm256_shuffle_epi8(_mm256_set1_epi32((int)(bits >> part * 32)), bytes), places);
        __m256i marks = _mm256_and_si256(_mm256_cmpeq_epi8(own, places), _mm256_set1_epi8((char)0x80));
        __m256i some = _mm256_loadu_si256((const __m256i *)(codes + part * 32));
        _mm256_storeu_si256((__m256i *)(marked + part * 32), _mm256_or_si256(some, marks));
    }
#else
    for (int at = 0; at < 64; at++) marked[at] = (uint8_t)(codes[at] | (bits >> at & 1) << 7);
#endif
}

/// The lowest bits, one after the other, in the places of the bits of a mask.
static inline uint64_t system_deposit(uint64_t bits, uint64_t mask) {
#if defined(__BMI2__)
    return _pdep_u64(bits, mask);
#else
    uint64_t result = 0;
    for (; mask != 0; mask &= mask - 1, bits >>= 1) result |= bits & 1 ? mask & (0 - mask) : 0;
    return result;
#endif
}

/// The bits in the places of the bits of a mask, one after the other, lowest first.
static inline uint64_t system_extract(uint64_t bits, uint64_t mask) {
#if defined(__BMI2__)
    return _pext_u64(bits, mask);
#else
    uint64_t result = 0;
    for (int at = 0; mask != 0; mask &= mask - 1, at++) result |= (uint64_t)((bits & mask & (0 - mask)) != 0) << at;
    return result;
#endif
}

#if defined(__x86_64__)
/// `system_pick_codes`, 64 codes at a step.
__attribute__((target("avx512f,avx512bw,avx512vbmi2"))) static inline long system_pick_codes_by_64(
    const uint8_t *codes, const uint64_t *bits, long words, uint8_t *picked) {
    uint8_t *at = picked;
    for (long word = 0; word < words; word++) {
        _mm512_storeu_si512(at, _mm512_maskz_compress_epi8(bits[word], _mm512_loadu_si512(codes + word * 64)));
        at += __builtin_popcountll(bits[word]);
    }
    return at - picked;
}
#endif

/// Writes those of some words of 64 codes that have a bit, one after the other, and up to 64 bytes behind them; returns how many they are.
static inline long system_pick_codes(const uint8_t *codes, const uint64_t *bits, long words, uint8_t *picked) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2")) return system_pick_codes_by_64(codes, bits, words, picked);
#endif
    uint8_t *at = picked;
    for (long word = 0; word < words; word++, codes += 64) {
        if (bits[word] == 0) continue;
#if defined(__BMI2__)
        for (int byte = 0; byte < 8; byte++) {
            uint64_t marks = bits[word] >> byte * 8 & 0xFF, eight;
            __builtin_memcpy(&eight, codes + byte * 8, 8);
            eight = _pext_u64(eight, _pdep_u64(marks, 0x0101010101010101) * 0xFF);
            __builtin_memcpy(at, &eight, 8);
            at += __builtin_popcountll(marks);
        }
#else
        for (uint64_t rest = bits[word]; rest != 0; rest &= rest - 1) *at++ = codes[__builtin_ctzll(rest)];
#endif
    }
    return at - picked;
}

#if defined(__x86_64__)
/// `system_keep`, 8 values at a step; returns how many values it looked at.
__attribute__((target("avx512f"))) static inline long system_keep_by_8(
    const int64_t *values, long count, int64_t low, int64_t high, int64_t *kept, long *at, long *below) {
    const __m512i lows = _mm512_set1_epi64(low), highs = _mm512_set1_epi64(high);
    long first = 0;
    for (; first + 8 <= count; first += 8) {
        __m512i some = _mm512_loadu_si512(values + first);
        __mmask8 under = _mm512_cmplt_epi64_mask(some, lows);
        __mmask8 inside = _mm512_mask_cmple_epi64_mask((__mmask8)~under, some, highs);
        _mm512_storeu_si512(kept + *at, _mm512_maskz_compress_epi64(inside, some));
        *at += __builtin_popcount(inside);
        *below += __builtin_popcount(under);
    }
    return first;
}
#endif

/// Writes those of some values that lie between two others, which count, and up to 64 bytes behind them; returns how many they are, and adds to
/// `below` how many values lie below.
static inline long system_keep(const int64_t *values, long count, int64_t low, int64_t high, int64_t *kept, long *below) {
    long at = 0, first = 0;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) first = system_keep_by_8(values, count, low, high, kept, &at, below);
#endif
    for (; first < count; first++) {
        kept[at] = values[first];
        at += values[first] >= low && values[first] <= high;
        *below += values[first] < low;
    }
    return at;
}

/// How many bytes ahead a loop over a column asks for what it reads: a page and a half, for a processor does not ask across the end of a page.
enum { system_bytes_ahead = 6144 };

/// Which of 64 codes are this one. Asks for codes further on, whose place need not be there.
static inline uint64_t system_equal_codes(const uint8_t *codes, uint8_t code) {
    uint64_t bits = 0;
    __builtin_prefetch(codes + system_bytes_ahead);
#if defined(__AVX2__)
    const __m256i same = _mm256_set1_epi8((char)code);
    for (int part = 0; part < 2; part++) {
        __m256i some = _mm256_loadu_si256((const __m256i *)(codes + part * 32));
        bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(some, same)) << part * 32;
    }
#elif defined(__x86_64__)
    const __m128i same = _mm_set1_epi8((char)code);
    for (int part = 0; part < 4; part++) {
        __m128i some = _mm_loadu_si128((const __m128i *)(codes + part * 16));
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(some, same)) << part * 16;
    }
#else
    for (int at = 0; at < 64; at++) bits |= (uint64_t)(codes[at] == code) << at;
#endif
    return bits;
}

/// The same for codes of 16 bits.
static inline uint64_t system_equal_wide_codes(const uint16_t *codes, uint16_t code) {
    uint64_t bits = 0;
    __builtin_prefetch((const char *)codes + system_bytes_ahead);
    __builtin_prefetch((const char *)codes + system_bytes_ahead + 64);
#if defined(__AVX2__)
    const __m256i same = _mm256_set1_epi16((short)code);
    for (int part = 0; part < 2; part++) {
        const __m256i *at = (const __m256i *)(codes + part * 32);
        __m256i low = _mm256_cmpeq_epi16(_mm256_loadu_si256(at), same), high = _mm256_cmpeq_epi16(_mm256_loadu_si256(at + 1), same);
        // Packing takes 8 bytes of each by turns.
        __m256i bytes = _mm256_permute4x64_epi64(_mm256_packs_epi16(low, high), 0xD8);
        bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(bytes) << part * 32;
    }
#else
    for (int at = 0; at < 64; at++) bits |= (uint64_t)(codes[at] == code) << at;
#endif
    return bits;
}

/// Which of 64 values are the same as the one before; what stands before the first is read too.
static inline uint64_t system_repeats(const int64_t *values) {
    uint64_t bits = 0;
#if defined(__AVX2__)
    for (int part = 0; part < 16; part++) {
        __m256i some = _mm256_loadu_si256((const __m256i *)(values + part * 4));
        __m256i before = _mm256_loadu_si256((const __m256i *)(values + part * 4 - 1));
        bits |= (uint64_t)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(some, before))) << part * 4;
    }
#else
    for (int at = 0; at < 64; at++) bits |= (uint64_t)(values[at] == values[at - 1]) << at;
#endif
    return bits;
}

/// The top bits of 64 bytes.
static inline uint64_t system_top_bits(const uint8_t *bytes) {
    uint64_t bits = 0;
#if defined(__AVX2__)
    for (int part = 0; part < 2; part++) {
        bits |= (uint64_t)(uint32_t)_mm256_movemask_epi8(_mm256_loadu_si256((const __m256i *)(bytes + part * 32))) << part * 32;
    }
#elif defined(__x86_64__)
    for (int part = 0; part < 4; part++) {
        bits |= (uint64_t)(uint32_t)_mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(bytes + part * 16))) << part * 16;
    }
#else
    for (int at = 0; at < 64; at++) bits |= (uint64_t)(bytes[at] >> 7) << at;
#endif
    return bits;
}
