#pragma once
#include "shim.h"

// Counting rows by few codes of 8 bits, from the bits of the codes. Vectors of 512 rows hold one bit of each row's code; what rows have a code is the
// conjunction of those bits or their complements, and how many they are its population. A row takes as many steps as its code has bits, by 64 rows
// at a time, and as many as there are codes, by 512 rows at a time.

/// So many codes can be counted.
enum { system_most_slices = 64 };

/// Whether the processor has the instructions that `system_count_codes` takes.
static inline int system_can_count_codes(void) {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vpopcntdq");
#else
    return 0;
#endif
}

#if defined(__x86_64__)
#define system_counting __attribute__((target("avx512f,avx512bw,avx512vpopcntdq"), always_inline)) static inline

/// Rows in a vector, and vectors in a block, whose bits stay in the nearest cache.
enum { system_slice = 512, system_block = 8 };

/// Counts `vectors` vectors, at most a block, by codes of `planes` bits, 3 to 6. All but the rows are known to the compiler.
system_counting void system_count_block(
    const uint8_t *codes, const uint64_t *marks, int vectors, int planes, long size, __m512i *all, __m512i *marked) {
    __m512i bits[6][system_block], low[8][system_block], high[8][system_block], kept[system_block];
    const __m512i none = _mm512_setzero_si512();
    for (int vector = 0; vector < vectors; vector++) {
        for (int word = 0; word < 8; word++) {
            const uint8_t *at = codes + vector * system_slice + word * 64;
            __builtin_prefetch(at + system_bytes_ahead);
            __m512i some = _mm512_loadu_si512(at);
#pragma clang loop unroll(full)
            for (int plane = 0; plane < planes; plane++) {
                uint64_t own = _mm512_test_epi8_mask(some, _mm512_set1_epi8((char)(1 << plane)));
                __builtin_memcpy((char *)&bits[plane][vector] + word * 8, &own, 8);
            }
        }
    }
    // The rows whose lower, and those whose higher three bits are 0 to 7: an entry of the truth table each.
#define system_minterm(n, a, b, c) _mm512_ternarylogic_epi64(c, b, a, 1 << n)
#define system_minterms(out, a, b, c) \
    out[0][vector] = system_minterm(0, a, b, c), out[1][vector] = system_minterm(1, a, b, c), out[2][vector] = system_minterm(2, a, b, c), \
    out[3][vector] = system_minterm(3, a, b, c), out[4][vector] = system_minterm(4, a, b, c), out[5][vector] = system_minterm(5, a, b, c), \
    out[6][vector] = system_minterm(6, a, b, c), out[7][vector] = system_minterm(7, a, b, c)
    for (int vector = 0; vector < vectors; vector++) {
        system_minterms(low, bits[0][vector], bits[1][vector], bits[2][vector]);
        if (planes > 3) {
            __m512i d = bits[3][vector], e = planes > 4 ? bits[4][vector] : none, f = planes > 5 ? bits[5][vector] : none;
            system_minterms(high, d, e, f);
        }
        if (marks) kept[vector] = _mm512_loadu_si512(marks + vector * 8);
    }
#undef system_minterms
#undef system_minterm
    for (long first = 0; first < size; first += 8) {
        long some = size - first < 8 ? size - first : 8;
        for (long code = 0; code < some; code++) {
            __m512i count = none, own = none;
#pragma clang loop unroll(full)
            for (int vector = 0; vector < vectors; vector++) {
                __m512i rows = low[code][vector];
                if (planes > 3) rows = _mm512_and_si512(rows, high[first >> 3][vector]);
                if (all) count = _mm512_add_epi64(count, _mm512_popcnt_epi64(rows));
                if (marks) own = _mm512_add_epi64(own, _mm512_popcnt_epi64(_mm512_and_si512(rows, kept[vector])));
            }
            if (all) all[first + code] = _mm512_add_epi64(all[first + code], count);
            if (marks) marked[first + code] = _mm512_add_epi64(marked[first + code], own);
        }
    }
}

/// Counts whole vectors; returns how many rows they hold.
system_counting long system_count_vectors(
    const uint8_t *codes, const uint64_t *marks, long rows, int planes, long size, __m512i *all, __m512i *marked) {
    long first = 0;
    for (; first + system_slice * system_block <= rows; first += system_slice * system_block) {
        system_count_block(codes + first, marks ? marks + first / 64 : 0, system_block, planes, size, all, marked);
    }
    for (; first + system_slice <= rows; first += system_slice) {
        system_count_block(codes + first, marks ? marks + first / 64 : 0, 1, planes, size, all, marked);
    }
    return first;
}

__attribute__((target("avx512f,avx512bw,avx512vpopcntdq"))) static inline long system_count_slices(
    const uint8_t *codes, const uint64_t *marks, long rows, long size, int64_t *counts, int64_t *marked) {
    __m512i all[system_most_slices], own[system_most_slices];
    for (long code = 0; code < size; code++) all[code] = own[code] = _mm512_setzero_si512();
    long counted = 0;
#define system_count(planes) \
    counted = !marks ? system_count_vectors(codes, 0, rows, planes, size, all, 0) \
        : counts     ? system_count_vectors(codes, marks, rows, planes, size, all, own) \
                     : system_count_vectors(codes, marks, rows, planes, size, 0, own)
    if (size <= 8) system_count(3);
    else if (size <= 16) system_count(4);
    else if (size <= 32) system_count(5);
    else system_count(6);
#undef system_count
    for (long code = 0; code < size; code++) {
        if (counts) counts[code] += _mm512_reduce_add_epi64(all[code]);
        if (marks) marked[code] += _mm512_reduce_add_epi64(own[code]);
    }
    return counted;
}
#undef system_counting
#endif

/// Adds to `counts` how many of some rows have each of `size` codes, at most 64, and to `marked` how many of those that have a mark, a bit a row. All
/// rows, or the marked ones, are not counted where there is no place for them; rows of other codes are not counted. Only for a processor that can.
static inline void system_count_codes(const uint8_t *codes, const uint64_t *marks, long rows, long size, int64_t *counts, int64_t *marked) {
    long row = 0;
#if defined(__x86_64__)
    row = system_count_slices(codes, marks, rows, size, counts, marked);
#endif
    for (; row < rows; row++) {
        if (codes[row] >= size) continue;
        if (counts) counts[codes[row]]++;
        if (marks) marked[codes[row]] += marks[row >> 6] >> (row & 63) & 1;
    }
}
