// The time that a plain 64-bit sum over so many bytes takes, from memory and not from a cache.
// Usage: bandwidth THREADS BYTES …; prints for each number of bytes the median milliseconds of its runs.

#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

enum { runs = 9, most_threads = 256 };

// Every run reads another part of this much memory, which no cache holds.
static const size_t room = (size_t)2 << 30;

static uint64_t *words;
static size_t first, count;
static int threads;
static uint64_t sums[most_threads];
static pthread_barrier_t begin, end;

static uint64_t sum_of_share(int thread) {
    size_t low = first + count * thread / threads, high = first + count * (thread + 1) / threads;
    uint64_t sum = 0;
    for (size_t i = low; i < high; i++) sum += words[i];
    return sum;
}

static void *work(void *argument) {
    int thread = (int)(intptr_t)argument;
    for (;;) {
        pthread_barrier_wait(&begin);
        sums[thread] = sum_of_share(thread);
        pthread_barrier_wait(&end);
    }
    return NULL;
}

static double milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// One pass over all bytes; more than the room holds are read in several parts.
static double pass(size_t bytes, size_t *at, uint64_t *total) {
    double time = 0;
    size_t all = room / sizeof(uint64_t), left = bytes / sizeof(uint64_t);
    do {
        count = left < all ? left : all;
        if (*at + count > all) *at = 0;
        first = *at;
        double start = milliseconds();
        pthread_barrier_wait(&begin);
        sums[0] = sum_of_share(0);
        pthread_barrier_wait(&end);
        time += milliseconds() - start;
        for (int thread = 0; thread < threads; thread++) *total += sums[thread];
        *at += count;
        left -= count;
    } while (left > 0);
    return time;
}

int main(int argument_count, char **arguments) {
    threads = argument_count > 1 ? atoi(arguments[1]) : 0;
    if (threads < 1 || threads > most_threads) {
        fprintf(stderr, "usage: bandwidth THREADS BYTES ...\n");
        return 2;
    }
    words = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED) {
        perror("bandwidth");
        return 1;
    }
    madvise(words, room, MADV_HUGEPAGE);
    memset(words, 1, room);
    pthread_barrier_init(&begin, NULL, threads);
    pthread_barrier_init(&end, NULL, threads);
    for (int thread = 1; thread < threads; thread++) {
        pthread_t created;
        if (pthread_create(&created, NULL, work, (void *)(intptr_t)thread) != 0) return 1;
    }
    uint64_t total = 0;
    size_t at = 0;
    for (int argument = 2; argument < argument_count; argument++) {
        size_t bytes = strtoull(arguments[argument], NULL, 10);
        double times[runs];
        for (int run = 0; run < runs; run++) times[run] = pass(bytes, &at, &total);
        qsort(times, runs, sizeof *times, ascending);
        printf("%.6f\n", times[runs / 2]);
    }
    // The sum is used, so that the compiler keeps it.
    fprintf(stderr, "%llu\n", (unsigned long long)total);
    return 0;
}
