/// What the parts of the editor share.
#ifndef CEDITLINE_INTERNAL_H
#define CEDITLINE_INTERNAL_H

#include <histedit.h>
#include <stddef.h>
#include <wchar.h>

#include "ceditline.h"

struct ce_editor {
    EditLine *el;
    HistoryW *history;
    ce_callbacks callbacks;
    const char *const *codes;
    size_t code_count;

    wchar_t prompt[128];
    int prompt_width;
    int is_coloured;
    /// The terminal's size as libedit knows it.
    int columns, rows;

    /// A byte that was read ahead, or -1.
    int byte_ahead;
    /// A character without width on its way round libedit's own drawing: see `next_key`.
    wchar_t zero_width;
    /// Within a bracketed paste nothing is painted.
    int pasting;
    int aborted, terminated;
    /// How many keys were read, and the number of the last Tab among them.
    unsigned long keys, last_tab;
    /// Where the cursor stood before the last key.
    size_t last_cursor;
};

/// Each further line of a text begins in the buffer with so many spaces; the continuation prompt is painted over them.
#define CE_INDENT 8
#define CE_INDENT_SPACES L"        "
#define CE_CONTINUATION "   ...> "

/// Keys that the editor sends to itself: characters that no text holds and no keyboard has.
enum {
    CE_KEY_ZERO_WIDTH = 0x80,
    CE_KEY_SETTLE,
    CE_KEY_REFRESH,
    CE_KEY_FINISH,
    CE_KEY_IGNORED,
    CE_KEY_OLDER,
    CE_KEY_NEWER,
    CE_KEY_UP,
    CE_KEY_DOWN,
    CE_KEY_LEFT,
    CE_KEY_RIGHT,
    CE_KEY_WORD_LEFT,
    CE_KEY_WORD_RIGHT,
    CE_KEY_HOME,
    CE_KEY_END,
    CE_KEY_DELETE,
    CE_KEY_PASTE,
};

// keys.c

/// libedit's reader of keys (EL_GETCFN).
int ce_next_key(EditLine *el, wchar_t *key);

// bindings.c

/// Binds all keys; `only_needed` leaves those that a person may have bound otherwise.
void ce_bind_keys(ce_editor *editor, int only_needed);
int ce_is_vi(ce_editor *editor);

// text.c

/// The text without the indents of its further lines, as UTF-8; to be freed. `*map`, to be freed as well, has the byte at
/// which each character of the buffer stands, and the length behind the last.
char *ce_text(const wchar_t *buffer, size_t length, size_t **map);
/// The characters of a text, each newline followed by the indent; to be freed.
wchar_t *ce_buffer(const char *text);
/// How many characters of indent follow a newline at `index`.
size_t ce_indent_after(const wchar_t *buffer, size_t length, size_t index);
/// Whether the buffer holds libedit's own search line, which must be left alone.
int ce_is_searching(const wchar_t *buffer, size_t length);

// paint.c
void ce_paint(ce_editor *editor);
/// Moves below the last line of the text, to the first column.
void ce_leave_text(ce_editor *editor);
/// After the terminal changed its size: finds the text's first line again and draws from there.
void ce_redraw_resized(ce_editor *editor);
void ce_remember_size(ce_editor *editor);
/// Whether the text fills the screen.
int ce_is_tall(ce_editor *editor);
void ce_write(const char *bytes, size_t length);

// signals.c
void ce_signals_begin(void);
void ce_signals_end(void);
/// The descriptor that can be read when a signal came while editing.
int ce_signals_descriptor(void);
void ce_signals_drain(void);
/// Whether the signal came since it was last asked.
int ce_signals_take(int signal);
/// Stops the process as Ctrl-Z does; returns when it goes on.
void ce_signals_suspend(void);

#endif
