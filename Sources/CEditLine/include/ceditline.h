/// A line editor over libedit's wide interface, as Swift can use it: no variadic functions, UTF-8 in and out, several
/// lines in one buffer, colours while typing.
#ifndef CEDITLINE_H
#define CEDITLINE_H

#include <stddef.h>

typedef struct ce_editor ce_editor;

/// What the editor asks its owner while a person types. Texts are UTF-8 and end with a zero byte.
typedef struct {
    void *context;
    /// Whether Enter should hand the text over rather than begin another line.
    int (*is_complete)(void *context, const char *text);
    /// Writes a style, an index into the codes that `ce_open` was given, for each byte of the text.
    void (*highlight)(void *context, const char *text, size_t length, unsigned char *styles);
    /// Tab was pressed, `again` without another key in between. May call `ce_replace` or `ce_list`, each once.
    void (*complete)(void *context, const char *text, size_t cursor, int again);
} ce_callbacks;

enum { CE_LINE, CE_ABORTED, CE_END, CE_TERMINATED };

/// Opens an editor on standard input and output, or NULL. `codes` are the parameters of `ESC [ … m` for each style, NULL
/// for none; they and the callbacks' context must live as long as the editor.
ce_editor *ce_open(const char *program, const ce_callbacks *callbacks, const char *const *codes, size_t code_count);
void ce_close(ce_editor *editor);

/// Reads one text, of one or several lines. `prompt` is `name`, shown in the colour, and `rest` behind it, which must not
/// be empty. Returns one of the results above; with CE_LINE `*text` is to be freed.
int ce_read(ce_editor *editor, const char *name, const char *colour, const char *rest, char **text);

/// Replaces the bytes from `start` to `end` of the text; only within `complete`.
void ce_replace(ce_editor *editor, size_t start, size_t end, const char *text);
/// Shows lines below the text and draws prompt and text again below them; only within `complete`.
void ce_list(ce_editor *editor, const char *text);

/// Adds a text as the newest entry; an older one with the same text goes.
void ce_history_add(ce_editor *editor, const char *text);

/// Sets LC_CTYPE so that letters beyond ASCII can be typed, whatever the environment says.
void ce_use_utf8(void);

/// Installs the handler of SIGINT once. Returns the descriptor from which a byte can be read for each one that comes while
/// something runs, or -1.
int ce_interrupts_start(void);
/// Says whether something runs that an interrupt should stop.
void ce_interrupts_running(int running);
/// Whether the handler of SIGINT is at work, that is whether anything was told to run.
int ce_interrupts_is_running(void);

/// The size of the terminal behind a descriptor; 0 where it has none.
void ce_terminal_size(int descriptor, int *columns, int *rows);

/// Shows a text in a pager, a command for the shell, and waits for it. Returns -1 where it can't be run.
int ce_page(const char *command, const char *text, size_t length);

#endif
