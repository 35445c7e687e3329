/* A driver for the tests: the text of a query says what its result is to be. It counts what it has handed over and was not
   given back. Compiled by the tests into a library of its own. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adbc.h"

static atomic_int live;
static int echoes = 0;
static struct AdbcDriver *driver_table;

/* How many arrays, schemas and streams are out. */
int scripted_live(void) { return live; }

/* MARK: - Arrays */

static void release_array(struct ArrowArray *array) {
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release) array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    free(array->children);
    if (array->dictionary) {
        if (array->dictionary->release) array->dictionary->release(array->dictionary);
        free(array->dictionary);
    }
    for (int64_t i = 0; i < array->n_buffers; i++) free((void *)array->buffers[i]);
    free(array->buffers);
    array->release = NULL;
    live--;
}

static void *copied(const void *bytes, size_t size) {
    void *memory = malloc(size ? size : 1);
    memcpy(memory, bytes, size);
    return memory;
}

static struct ArrowArray *array(int64_t length, int64_t offset, int64_t missing, int buffers) {
    struct ArrowArray *made = calloc(1, sizeof *made);
    made->length = length;
    made->offset = offset;
    made->null_count = missing;
    made->n_buffers = buffers;
    made->buffers = calloc(buffers ? buffers : 1, sizeof(void *));
    made->release = release_array;
    live++;
    return made;
}

static void add_column(struct ArrowArray *batch, struct ArrowArray *column) {
    batch->children = realloc(batch->children, (batch->n_children + 1) * sizeof(void *));
    batch->children[batch->n_children++] = column;
}

/* `count` numbers from `first` on, behind `offset` others; every third is missing where `missing` says -1. */
static struct ArrowArray *numbers(int64_t first, int64_t count, int64_t offset, int64_t missing) {
    struct ArrowArray *made = array(count, offset, missing, 2);
    int64_t *values = malloc((offset + count) * sizeof *values + 1);
    uint8_t *bits = calloc((offset + count + 7) / 8 + 1, 1);
    for (int64_t i = 0; i < offset + count; i++) {
        int64_t value = first + i - offset;
        values[i] = value;
        if (missing == 0 || value % 3 != 0) bits[i / 8] |= 1 << (i % 8);
    }
    made->buffers[0] = missing == 0 ? (free(bits), NULL) : bits;
    made->buffers[1] = values;
    return made;
}

static struct ArrowArray *truths(int64_t first, int64_t count, int64_t offset) {
    struct ArrowArray *made = array(count, offset, 0, 2);
    uint8_t *bits = calloc((offset + count + 7) / 8 + 1, 1);
    for (int64_t i = offset; i < offset + count; i++)
        if ((first + i - offset) % 2 == 0) bits[i / 8] |= 1 << (i % 8);
    made->buffers[1] = bits;
    return made;
}

/* The texts "t0", "t1", … of the same numbers. */
static struct ArrowArray *texts(int64_t first, int64_t count, int64_t offset, int wide) {
    struct ArrowArray *made = array(count, offset, 0, 3);
    char *bytes = malloc((offset + count) * 24 + 1);
    int64_t *places = malloc((offset + count + 1) * sizeof *places);
    int64_t end = 0;
    for (int64_t i = 0; i < offset + count; i++) {
        places[i] = end;
        char digits[24];
        int64_t value = first + i - offset, length = 0;
        if (value < 0) value = -value;
        do digits[length++] = '0' + value % 10; while ((value /= 10));
        bytes[end++] = 't';
        while (length) bytes[end++] = digits[--length];
    }
    places[offset + count] = end;
    if (!wide) for (int64_t i = 0; i <= offset + count; i++) ((int32_t *)places)[i] = (int32_t)places[i];
    made->buffers[1] = places;
    made->buffers[2] = bytes;
    return made;
}

struct view { int32_t length; char inlined[4]; int32_t buffer, start; };

/* A short and a long text in turn, as views; the long ones stand in a buffer of their own. */
static struct ArrowArray *views(int64_t count, char letter) {
    struct ArrowArray *made = array(count, 0, 0, 4);
    struct view *all = calloc(count, sizeof *all);
    char *bytes = malloc(count * 20 + 1);
    int64_t sizes[1] = {0};
    for (int64_t i = 0; i < count; i++) {
        if (i % 2 == 0) {
            all[i].length = 1;
            all[i].inlined[0] = letter;
        } else {
            all[i].length = 20;
            all[i].start = (int32_t)sizes[0];
            memset(bytes + sizes[0], letter, 20);
            memcpy(all[i].inlined, bytes + sizes[0], 4);
            sizes[0] += 20;
        }
    }
    made->buffers[1] = all;
    made->buffers[2] = bytes;
    made->buffers[3] = copied(sizes, sizeof sizes);
    return made;
}

/* Codes 0, 1, 0, 1 … of two texts. */
static struct ArrowArray *coded(int64_t count, const char *zero, const char *one) {
    struct ArrowArray *made = array(count, 0, 0, 2);
    uint8_t *codes = malloc(count);
    for (int64_t i = 0; i < count; i++) codes[i] = i % 2;
    made->buffers[1] = codes;
    struct ArrowArray *values = array(2, 0, 0, 3);
    int32_t places[3] = {0, (int32_t)strlen(zero), (int32_t)(strlen(zero) + strlen(one))};
    char *bytes = malloc(places[2] + 1);
    memcpy(bytes, zero, strlen(zero));
    memcpy(bytes + places[1], one, strlen(one));
    values->buffers[1] = copied(places, sizeof places);
    values->buffers[2] = bytes;
    made->dictionary = values;
    return made;
}

/* MARK: - Schemas */

static void release_schema(struct ArrowSchema *schema) {
    for (int64_t i = 0; i < schema->n_children; i++) {
        schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    free(schema->children);
    if (schema->dictionary) {
        schema->dictionary->release(schema->dictionary);
        free(schema->dictionary);
    }
    schema->release = NULL;
    live--;
}

static struct ArrowSchema schema(const char *format, const char *name) {
    live++;
    return (struct ArrowSchema){.format = format, .name = name, .flags = ARROW_NULLABLE, .release = release_schema};
}

static struct ArrowSchema *add_field(struct ArrowSchema *table, const char *format, const char *name) {
    struct ArrowSchema *field = malloc(sizeof *field);
    *field = schema(format, name);
    table->children = realloc(table->children, (table->n_children + 1) * sizeof(void *));
    table->children[table->n_children++] = field;
    return field;
}

/* MARK: - The stream */

struct script {
    char query[64];
    int batch;
    atomic_int cancelled;
    struct AdbcError error;
};

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out) {
    const char *query = ((struct script *)stream->private_data)->query;
    *out = schema("+s", "");
    if (!strcmp(query, "coded")) {
        struct ArrowSchema *field = add_field(out, "C", "name");
        field->dictionary = malloc(sizeof *field);
        *field->dictionary = schema("u", "");
    } else if (!strcmp(query, "views")) {
        add_field(out, "vu", "name");
    } else if (!strcmp(query, "nested")) {
        add_field(add_field(out, "+l", "tags"), "u", "item");
    } else {
        add_field(out, "l", "n");
        add_field(out, "b", "even");
        add_field(out, "u", "name");
        add_field(out, "U", "wide");
    }
    return 0;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out) {
    struct script *script = stream->private_data;
    int batch = script->batch++;
    memset(out, 0, sizeof *out);
    if (!strcmp(script->query, "block")) {
        while (!script->cancelled) usleep(1000);
        return ECANCELED;
    }
    if (!strcmp(script->query, "breaks") && batch == 3) return EIO;
    if (!strcmp(script->query, "echoes") && batch == 3) {
        echoes++;
        return EIO;
    }
    if (batch == 6 || !strcmp(script->query, "nested")) return 0;
    int64_t count = batch == 2 ? 0 : 1000 + batch, offset = batch % 2 ? 13 : 0, first = batch * 5000;
    struct ArrowArray *table = array(count, batch == 4 ? 2 : 0, 0, 1);
    int64_t more = table->offset;
    if (!strcmp(script->query, "coded")) {
        add_column(table, coded(count + more, "red", batch < 3 ? "green" : "blue"));
    } else if (!strcmp(script->query, "views")) {
        add_column(table, views(count + more, 'a' + batch));
    } else {
        add_column(table, numbers(first - more, count + more, offset, -1));
        add_column(table, truths(first - more, count + more, offset));
        add_column(table, texts(first - more, count + more, offset, 0));
        add_column(table, texts(first - more, count + more, offset, 1));
    }
    *out = *table;
    free(table);
    return 0;
}

// Of a query that fails on several threads, the one that is heard first may only have been stopped by another.
static const char *get_last_error(struct ArrowArrayStream *stream) {
    struct script *script = stream->private_data;
    if (!strcmp(script->query, "echoes") && echoes < 3) return "INTERRUPT Error: Interrupted!";
    return "the disk is full";
}

static void release_stream(struct ArrowArrayStream *stream) {
    stream->release = NULL;
    live--;
}

/* MARK: - The driver */

static AdbcStatus fail(struct AdbcError *error, AdbcStatus status, const char *message) {
    error->message = strdup(message);
    memcpy(error->sqlstate, "42P01", 5);
    return status;
}

static AdbcStatus database_nothing(struct AdbcDatabase *database, struct AdbcError *error) { (void)database, (void)error; return ADBC_OK; }
static AdbcStatus database_option(struct AdbcDatabase *database, const char *key, const char *value, struct AdbcError *error) {
    (void)database;
    if (!strcmp(key, "password") && strcmp(value, "right")) return fail(error, ADBC_UNAUTHENTICATED, "the password is wrong");
    return ADBC_OK;
}
static AdbcStatus connection_nothing(struct AdbcConnection *connection, struct AdbcError *error) { (void)connection, (void)error; return ADBC_OK; }
static AdbcStatus connection_start(struct AdbcConnection *c, struct AdbcDatabase *d, struct AdbcError *e) { (void)c, (void)d, (void)e; return ADBC_OK; }

static AdbcStatus statement_new(struct AdbcConnection *connection, struct AdbcStatement *statement, struct AdbcError *error) {
    (void)connection, (void)error;
    statement->private_data = calloc(1, sizeof(struct script));
    live++;
    return ADBC_OK;
}
static AdbcStatus statement_release(struct AdbcStatement *statement, struct AdbcError *error) {
    (void)error;
    free(statement->private_data);
    live--;
    return ADBC_OK;
}
static AdbcStatus statement_query(struct AdbcStatement *statement, const char *query, struct AdbcError *error) {
    (void)error;
    strncpy(((struct script *)statement->private_data)->query, query, 63);
    return ADBC_OK;
}
static AdbcStatus statement_option(struct AdbcStatement *s, const char *key, const char *value, struct AdbcError *e) { (void)s, (void)key, (void)value, (void)e; return ADBC_OK; }

static AdbcStatus statement_execute(struct AdbcStatement *statement, struct ArrowArrayStream *out, int64_t *rows, struct AdbcError *error) {
    struct script *script = statement->private_data;
    (void)rows;
    if (!strcmp(script->query, "fails")) return fail(error, ADBC_INVALID_ARGUMENT, "no such table");
    if (out) {
        *out = (struct ArrowArrayStream){get_schema, get_next, get_last_error, release_stream, script};
        live++;
    }
    return ADBC_OK;
}
static AdbcStatus statement_cancel(struct AdbcStatement *statement, struct AdbcError *error) {
    (void)error;
    ((struct script *)statement->private_data)->cancelled = 1;
    return ADBC_OK;
}

/* Takes a table in: what came is kept as a text of a line a row, and everything is given back. */
static char bound[1 << 16];
const char *scripted_bound(void) { return bound; }

static int is_missing(const struct ArrowArray *array, int64_t row) {
    const uint8_t *bits = array->buffers[0];
    return bits && !(bits[row / 8] >> (row % 8) & 1);
}

static AdbcStatus statement_bind(struct AdbcStatement *statement, struct ArrowArrayStream *stream, struct AdbcError *error) {
    (void)statement;
    struct ArrowSchema schema;
    if (stream->get_schema(stream, &schema)) return fail(error, ADBC_INTERNAL, "no schema");
    size_t at = 0;
    bound[0] = 0;
    for (int64_t i = 0; i < schema.n_children; i++)
        at += snprintf(bound + at, sizeof bound - at, "%s:%s ", schema.children[i]->name, schema.children[i]->format);
    at += snprintf(bound + at, sizeof bound - at, "\n");
    while (1) {
        struct ArrowArray batch;
        int code = stream->get_next(stream, &batch);
        if (code) {
            schema.release(&schema);
            stream->release(stream);
            return fail(error, ADBC_CANCELLED, "the stream broke off");
        }
        if (!batch.release) break;
        at += snprintf(bound + at, sizeof bound - at, "%lld rows\n", (long long)batch.length);
        for (int64_t row = 0; row < batch.length && row < 3; row++) {
            for (int64_t i = 0; i < schema.n_children; i++) {
                const struct ArrowArray *column = batch.children[i];
                const char *format = schema.children[i]->format;
                if (is_missing(column, row)) at += snprintf(bound + at, sizeof bound - at, "- ");
                else if (format[0] == 'u') {
                    const int32_t *places = column->buffers[1];
                    at += snprintf(bound + at, sizeof bound - at, "%.*s ", places[row + 1] - places[row], (const char *)column->buffers[2] + places[row]);
                } else if (format[0] == 'l' || (format[0] == 't' && format[1] == 's'))
                    at += snprintf(bound + at, sizeof bound - at, "%lld ", (long long)((const int64_t *)column->buffers[1])[row]);
                else if (format[0] == 'd') at += snprintf(bound + at, sizeof bound - at, "%lld ", (long long)((const int64_t *)column->buffers[1])[2 * row]);
                else if (format[0] == 't') at += snprintf(bound + at, sizeof bound - at, "%d ", ((const int32_t *)column->buffers[1])[row]);
                else if (format[0] == 'b') at += snprintf(bound + at, sizeof bound - at, "%d ", ((const uint8_t *)column->buffers[1])[row / 8] >> (row % 8) & 1);
            }
            at += snprintf(bound + at, sizeof bound - at, "\n");
        }
        batch.release(&batch);
        if (batch.release) return fail(error, ADBC_INTERNAL, "a batch does not say that it is released");
    }
    schema.release(&schema);
    stream->release(stream);
    return schema.release || stream->release ? fail(error, ADBC_INTERNAL, "what is released does not say so") : ADBC_OK;
}

AdbcStatus AdbcDriverInit(int version, void *raw, struct AdbcError *error) {
    if (version > ADBC_VERSION_1_1) return fail(error, ADBC_NOT_IMPLEMENTED, "not this version");
    struct AdbcDriver *driver = driver_table = raw;
    driver->DatabaseNew = driver->DatabaseInit = driver->DatabaseRelease = database_nothing;
    driver->DatabaseSetOption = database_option;
    driver->ConnectionNew = driver->ConnectionRelease = connection_nothing;
    driver->ConnectionInit = connection_start;
    driver->StatementNew = statement_new;
    driver->StatementRelease = statement_release;
    driver->StatementSetSqlQuery = statement_query;
    driver->StatementSetOption = statement_option;
    driver->StatementExecuteQuery = statement_execute;
    driver->StatementBindStream = statement_bind;
    driver->StatementCancel = statement_cancel;
    return ADBC_OK;
}

/* The same, of a driver that keeps version 1.0 only. */
AdbcStatus OldDriverInit(int version, void *raw, struct AdbcError *error) {
    if (version != ADBC_VERSION_1_0) return fail(error, ADBC_NOT_IMPLEMENTED, "not this version");
    return AdbcDriverInit(version, raw, error);
}

/* Of a driver that fills nothing in. */
AdbcStatus EmptyDriverInit(int version, void *raw, struct AdbcError *error) { (void)version, (void)raw, (void)error; return ADBC_OK; }
