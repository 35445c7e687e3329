/* The structs in which columns pass from one library to another in one process.
   Facts: https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html */
#ifndef FUNNEL_ARROW_H
#define FUNNEL_ARROW_H

#include <stdint.h>

/* Bits of ArrowSchema.flags. */
enum { ARROW_DICTIONARY_ORDERED = 1, ARROW_NULLABLE = 2, ARROW_KEYS_SORTED = 4 };

/* The type of a column, or of a batch: then it is a struct whose children are the columns. */
struct ArrowSchema {
    const char *format;
    const char *name;
    const char *metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema **children;
    struct ArrowSchema *dictionary;
    void (*release)(struct ArrowSchema *);
    void *private_data;
};

/* The values of a column. The first `offset` of them are not part of it; `null_count` is -1 where nobody has counted. */
struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void **buffers;
    struct ArrowArray **children;
    struct ArrowArray *dictionary;
    void (*release)(struct ArrowArray *);
    void *private_data;
};

/* Batches, one after the other. Functions return 0 or an errno; an array without `release` is the end. */
struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream *, struct ArrowSchema *out);
    int (*get_next)(struct ArrowArrayStream *, struct ArrowArray *out);
    const char *(*get_last_error)(struct ArrowArrayStream *);
    void (*release)(struct ArrowArrayStream *);
    void *private_data;
};

#endif
