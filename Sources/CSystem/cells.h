#pragma once
#include "shim.h"

// Adding rows to cells, the place of a row's cell and its value being picked out of the columns many rows at a time: what is left for each row
// that counts is one addition.

/// What places a row in a cell, `(day - low) * width + code`, which has 15 bits, and what is added there.
typedef struct {
    const int16_t *days;
    /// None: 0 for all rows.
    const uint8_t *codes;
    /// Of 16 or 32 bits; none: 0 for all rows.
    const int16_t *values16;
    const int32_t *values32;
    /// Added beside each value.
    int64_t one;
    int16_t low, width;
} system_cells;

#if defined(__x86_64__)
/// Rows whose cells and values are picked before they are added: they stay in the nearest cache.
enum { system_picked = 1024 };

#define system_adding __attribute__((target("avx512f,avx512bw,avx512vbmi2"), always_inline)) static inline

/// Writes the cells of those of 32 rows that have a bit, and up to 32 places behind them; their values too. Returns how many they are.
system_adding int system_pick_cells(const system_cells *what, long row, uint32_t bits, uint16_t *cells, int16_t *values16, int32_t *values32) {
    __m512i some = _mm512_sub_epi16(_mm512_loadu_si512(what->days + row), _mm512_set1_epi16(what->low));
    if (what->codes) {
        __m512i codes = _mm512_cvtepu8_epi16(_mm256_loadu_si256((const __m256i *)(what->codes + row)));
        some = _mm512_add_epi16(_mm512_mullo_epi16(some, _mm512_set1_epi16(what->width)), codes);
    }
    _mm512_storeu_si512(cells, _mm512_maskz_compress_epi16(bits, some));
    if (values16) _mm512_storeu_si512(values16, _mm512_maskz_compress_epi16(bits, _mm512_loadu_si512(what->values16 + row)));
    if (values32) {
        _mm512_storeu_si512(values32, _mm512_maskz_compress_epi32((__mmask16)bits, _mm512_loadu_si512(what->values32 + row)));
        values32 += __builtin_popcount(bits & 0xFFFF);
        _mm512_storeu_si512(values32, _mm512_maskz_compress_epi32((__mmask16)(bits >> 16), _mm512_loadu_si512(what->values32 + row + 16)));
    }
    return __builtin_popcount(bits);
}

/// The same for each kind of value: `width` is 0, 16 or 32, known to the compiler.
system_adding void system_add_words(const system_cells *what, const uint64_t *bits, long rows, int width, int64_t *cells) {
    uint16_t places[system_picked + 32];
    int16_t values16[system_picked + 32];
    int32_t values32[system_picked + 32];
    for (long first = 0; first < rows; first += system_picked) {
        long end = rows - first < system_picked ? rows : first + system_picked, count = 0;
        for (long row = first; row < end; row += 32) {
            uint32_t some = (uint32_t)(bits[row >> 6] >> (row & 32));
            count += system_pick_cells(what, row, some, places + count, width == 16 ? values16 + count : 0, width == 32 ? values32 + count : 0);
        }
#pragma clang loop unroll_count(4)
        for (long at = 0; at < count; at++) {
            cells[places[at]] += what->one + (width == 16 ? values16[at] : width == 32 ? values32[at] : 0);
        }
    }
}

__attribute__((target("avx512f,avx512bw,avx512vbmi2"))) static inline void system_add_cells_by_32(
    const system_cells *what, const uint64_t *bits, long rows, int64_t *cells) {
    if (what->values16) system_add_words(what, bits, rows, 16, cells);
    else if (what->values32) system_add_words(what, bits, rows, 32, cells);
    else system_add_words(what, bits, rows, 0, cells);
}
#undef system_adding
#endif

/// Adds those of some rows that have a bit to their cells. Returns how many rows it looked at: all but the last less than 64 of them, or none where the
/// processor can't.
static inline long system_add_cells(const system_cells *what, const uint64_t *bits, long rows, int64_t *cells) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2")) {
        system_add_cells_by_32(what, bits, rows & ~63L, cells);
        return rows & ~63L;
    }
#endif
    return 0;
}
