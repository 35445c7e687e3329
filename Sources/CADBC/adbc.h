/* What a driver of Arrow Database Connectivity hands over when it is loaded: the structs of version 1.1, of which those of
   1.0 are the beginning. Facts: https://arrow.apache.org/adbc/current/format/specification.html */
#ifndef FUNNEL_ADBC_H
#define FUNNEL_ADBC_H

#include <stddef.h>
#include <stdint.h>

#include "arrow.h"

enum { ADBC_VERSION_1_0 = 1000000, ADBC_VERSION_1_1 = 1001000 };

/* What functions return: 0, or why they failed. */
typedef uint8_t AdbcStatus;
enum {
    ADBC_OK = 0, ADBC_UNKNOWN = 1, ADBC_NOT_IMPLEMENTED = 2, ADBC_NOT_FOUND = 3, ADBC_ALREADY_EXISTS = 4, ADBC_INVALID_ARGUMENT = 5,
    ADBC_INVALID_STATE = 6, ADBC_INVALID_DATA = 7, ADBC_INTEGRITY = 8, ADBC_INTERNAL = 9, ADBC_IO = 10, ADBC_CANCELLED = 11,
    ADBC_TIMEOUT = 12, ADBC_UNAUTHENTICATED = 13, ADBC_UNAUTHORIZED = 14
};

struct AdbcDriver;

/* `private_data` and `private_driver` are there from 1.1 on, and only where the caller has set `vendor_code` to
   ADBC_HAS_DETAILS before the call. */
struct AdbcError {
    char *message;
    int32_t vendor_code;
    char sqlstate[5];
    void (*release)(struct AdbcError *);
    void *private_data;
    struct AdbcDriver *private_driver;
};
enum { ADBC_HAS_DETAILS = INT32_MIN };

struct AdbcErrorDetail {
    const char *key;
    const uint8_t *value;
    size_t value_length;
};

struct AdbcDatabase {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcConnection {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcStatement {
    void *private_data;
    struct AdbcDriver *private_driver;
};

struct AdbcPartitions {
    size_t count;
    const uint8_t **partitions;
    const size_t *lengths;
    void *private_data;
    void (*release)(struct AdbcPartitions *);
};

/* Options of the three kinds of handles are read and set alike. */
#define ADBC_OPTION_READERS(Kind)                                                                                         \
    AdbcStatus (*Kind##GetOption)(struct Adbc##Kind *, const char *key, char *value, size_t *length, struct AdbcError *);  \
    AdbcStatus (*Kind##GetOptionBytes)(struct Adbc##Kind *, const char *key, uint8_t *, size_t *, struct AdbcError *);     \
    AdbcStatus (*Kind##GetOptionDouble)(struct Adbc##Kind *, const char *key, double *, struct AdbcError *);              \
    AdbcStatus (*Kind##GetOptionInt)(struct Adbc##Kind *, const char *key, int64_t *, struct AdbcError *);
#define ADBC_OPTION_WRITERS(Kind)                                                                                        \
    AdbcStatus (*Kind##SetOptionBytes)(struct Adbc##Kind *, const char *key, const uint8_t *, size_t, struct AdbcError *); \
    AdbcStatus (*Kind##SetOptionDouble)(struct Adbc##Kind *, const char *key, double, struct AdbcError *);                \
    AdbcStatus (*Kind##SetOptionInt)(struct Adbc##Kind *, const char *key, int64_t, struct AdbcError *);

struct AdbcDriver {
    void *private_data;
    void *private_manager;
    AdbcStatus (*release)(struct AdbcDriver *, struct AdbcError *);

    AdbcStatus (*DatabaseInit)(struct AdbcDatabase *, struct AdbcError *);
    AdbcStatus (*DatabaseNew)(struct AdbcDatabase *, struct AdbcError *);
    AdbcStatus (*DatabaseSetOption)(struct AdbcDatabase *, const char *key, const char *value, struct AdbcError *);
    AdbcStatus (*DatabaseRelease)(struct AdbcDatabase *, struct AdbcError *);

    AdbcStatus (*ConnectionCommit)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatus (*ConnectionGetInfo)(
        struct AdbcConnection *, const uint32_t *codes, size_t count, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatus (*ConnectionGetObjects)(
        struct AdbcConnection *, int depth, const char *catalog, const char *schema, const char *table, const char **types,
        const char *column, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatus (*ConnectionGetTableSchema)(
        struct AdbcConnection *, const char *catalog, const char *schema, const char *table, struct ArrowSchema *, struct AdbcError *);
    AdbcStatus (*ConnectionGetTableTypes)(struct AdbcConnection *, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatus (*ConnectionInit)(struct AdbcConnection *, struct AdbcDatabase *, struct AdbcError *);
    AdbcStatus (*ConnectionNew)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatus (*ConnectionSetOption)(struct AdbcConnection *, const char *key, const char *value, struct AdbcError *);
    AdbcStatus (*ConnectionReadPartition)(
        struct AdbcConnection *, const uint8_t *, size_t, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatus (*ConnectionRelease)(struct AdbcConnection *, struct AdbcError *);
    AdbcStatus (*ConnectionRollback)(struct AdbcConnection *, struct AdbcError *);

    AdbcStatus (*StatementBind)(struct AdbcStatement *, struct ArrowArray *, struct ArrowSchema *, struct AdbcError *);
    AdbcStatus (*StatementBindStream)(struct AdbcStatement *, struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatus (*StatementExecuteQuery)(struct AdbcStatement *, struct ArrowArrayStream *, int64_t *rows, struct AdbcError *);
    AdbcStatus (*StatementExecutePartitions)(
        struct AdbcStatement *, struct ArrowSchema *, struct AdbcPartitions *, int64_t *rows, struct AdbcError *);
    AdbcStatus (*StatementGetParameterSchema)(struct AdbcStatement *, struct ArrowSchema *, struct AdbcError *);
    AdbcStatus (*StatementNew)(struct AdbcConnection *, struct AdbcStatement *, struct AdbcError *);
    AdbcStatus (*StatementPrepare)(struct AdbcStatement *, struct AdbcError *);
    AdbcStatus (*StatementRelease)(struct AdbcStatement *, struct AdbcError *);
    AdbcStatus (*StatementSetOption)(struct AdbcStatement *, const char *key, const char *value, struct AdbcError *);
    AdbcStatus (*StatementSetSqlQuery)(struct AdbcStatement *, const char *query, struct AdbcError *);
    AdbcStatus (*StatementSetSubstraitPlan)(struct AdbcStatement *, const uint8_t *, size_t, struct AdbcError *);

    /* From here on: 1.1. */
    int (*ErrorGetDetailCount)(const struct AdbcError *);
    struct AdbcErrorDetail (*ErrorGetDetail)(const struct AdbcError *, int index);
    const struct AdbcError *(*ErrorFromArrayStream)(struct ArrowArrayStream *, AdbcStatus *);

    ADBC_OPTION_READERS(Database)
    ADBC_OPTION_WRITERS(Database)

    AdbcStatus (*ConnectionCancel)(struct AdbcConnection *, struct AdbcError *);
    ADBC_OPTION_READERS(Connection)
    AdbcStatus (*ConnectionGetStatistics)(
        struct AdbcConnection *, const char *catalog, const char *schema, const char *table, char approximate,
        struct ArrowArrayStream *, struct AdbcError *);
    AdbcStatus (*ConnectionGetStatisticNames)(struct AdbcConnection *, struct ArrowArrayStream *, struct AdbcError *);
    ADBC_OPTION_WRITERS(Connection)

    AdbcStatus (*StatementCancel)(struct AdbcStatement *, struct AdbcError *);
    AdbcStatus (*StatementExecuteSchema)(struct AdbcStatement *, struct ArrowSchema *, struct AdbcError *);
    ADBC_OPTION_READERS(Statement)
    ADBC_OPTION_WRITERS(Statement)
};

/* The one function that a driver's library exports: it fills the struct in, as far as `version` says it goes. */
typedef AdbcStatus (*AdbcDriverInitFunction)(int version, void *driver, struct AdbcError *);

#endif
