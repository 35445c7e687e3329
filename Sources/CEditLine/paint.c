/// Colours over what libedit has drawn.
///
/// libedit knows no colours and drops characters without width. So before each key the text is painted once more over
/// itself, row by row, in the same places: what libedit believes to be on the screen stays true, and its next drawing of
/// what changed is right.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define _XOPEN_SOURCE 700
#include "internal.h"

int wcwidth(wchar_t);

void ce_write(const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(STDOUT_FILENO, bytes, length);
        if (written < 0) return;
        bytes += written;
        length -= (size_t)written;
    }
}

void ce_terminal_size(int descriptor, int *columns, int *rows) {
    struct winsize size = {0};
    ioctl(descriptor, TIOCGWINSZ, &size);
    *columns = size.ws_col;
    *rows = size.ws_row;
}

void ce_remember_size(ce_editor *editor) {
    int columns = 0, rows = 0;
    if (el_wget(editor->el, EL_GETTC, "co", &columns) != 0 || columns <= 0) columns = 80;
    if (el_wget(editor->el, EL_GETTC, "li", &rows) != 0 || rows <= 0) rows = 24;
    // libedit runs over its own rows where a wide letter is as wide as the terminal.
    if (columns < 8) {
        columns = 8;
        el_wset(editor->el, EL_SETTC, L"co", L"8", NULL);
    }
    if (rows < 2) {
        rows = 2;
        el_wset(editor->el, EL_SETTC, L"li", L"2", NULL);
    }
    editor->columns = columns;
    editor->rows = rows;
}

/// A place on the screen, from the row of the prompt.
typedef struct {
    int row, column;
} place;

static place put(place at, int width, int columns) {
    if (at.column + width > columns) at = (place){at.row + 1, 0};
    at.column += width;
    if (at.column >= columns) at = (place){at.row + 1, 0};
    return at;
}

/// Where libedit stands after it has drawn a character. One that the C library does not know is drawn as `\U+0378`.
static place after(place at, wchar_t c, int columns) {
    if (c == L'\n') return (place){at.row + 1, 0};
    if (c == L'\t') {
        do at = put(at, 1, columns);
        while (at.column % 8 != 0);
        return at;
    }
    if (c < 0x20 || c == 0x7F) return put(put(at, 1, columns), 1, columns);
    if (!iswprint((wint_t)c)) {
        for (int i = 0; i < (c > 0xFFFF ? 8 : 7); i++) at = put(at, 1, columns);
        return at;
    }
    int width = wcwidth(c);
    return width > 0 ? put(at, width, columns) : at;
}

static place measure(const ce_editor *editor, const wchar_t *buffer, size_t length) {
    place at = {0, 0};
    for (int i = 0; i < editor->prompt_width; i++) at = put(at, 1, editor->columns);
    for (size_t i = 0; i < length; i++) at = after(at, buffer[i], editor->columns);
    return at;
}

/// Text on its way to the terminal, written at once so that nothing flickers.
typedef struct {
    char *bytes;
    size_t length, capacity;
} output;

static void add(output *out, const char *bytes, size_t length) {
    if (out->length + length > out->capacity) {
        out->capacity = (out->length + length) * 2 + 256;
        out->bytes = realloc(out->bytes, out->capacity);
    }
    memcpy(out->bytes + out->length, bytes, length);
    out->length += length;
}

static void add_text(output *out, const char *text) { add(out, text, strlen(text)); }

static void add_move(output *out, int count, char direction) {
    if (count <= 0) return;
    char sequence[32];
    add(out, sequence, (size_t)snprintf(sequence, sizeof sequence, "\033[%d%c", count, direction));
}

static void add_style(output *out, const ce_editor *editor, unsigned style) {
    const char *code = style < editor->code_count ? editor->codes[style] : NULL;
    add_text(out, "\033[0");
    if (code) {
        add_text(out, ";");
        add_text(out, code);
    }
    add_text(out, "m");
}

/// One drawn row ends and the next begins.
static void add_row(output *out, int was_full) {
    if (!was_full) add_text(out, "\033[K");
    add_text(out, "\r\033[B");
}

static void paint(const ce_editor *editor, const LineInfoW *line, size_t length, output *out) {
    size_t *map;
    char *text = ce_text(line->buffer, length, &map);
    size_t bytes = map[length];
    unsigned char *styles = calloc(bytes + 1, 1);
    editor->callbacks.highlight(editor->callbacks.context, text, bytes, styles);

    place at = measure(editor, line->buffer, 0);
    unsigned style = 0;
    for (size_t i = 0; i < length; i++) {
        wchar_t c = line->buffer[i];
        place next = after(at, c, editor->columns);
        if (c == L'\n') {
            add_row(out, 0);
            at = next;
            if (ce_indent_after(line->buffer, length, i) == CE_INDENT && editor->columns > CE_INDENT) {
                add_text(out, editor->is_coloured ? "\033[0;2m" CE_CONTINUATION "\033[0m" : CE_CONTINUATION);
                style = 0;
                i += CE_INDENT;
                at.column = CE_INDENT;
            }
            continue;
        }
        // A wide letter that does not fit into the row stands in the next.
        if (next.row > at.row && next.column > 0) add_row(out, 0);
        if (styles[map[i]] != style) {
            style = styles[map[i]];
            add_style(out, editor, style);
        }
        if (c < 0x20 || c == 0x7F) {
            char shown[2] = {'^', (char)(c ^ 0x40)};
            if (c == L'\t')
                add_move(out, next.column - at.column, 'C');
            else
                add(out, shown, 2);
        } else if (!iswprint((wint_t)c)) {
            char shown[16];
            add(out, shown, (size_t)snprintf(shown, sizeof shown, "\\U+%04X", (unsigned)c));
        } else {
            add(out, text + map[i], map[i + 1] - map[i]);
        }
        if (next.row > at.row && next.column == 0) add_row(out, 1);
        at = next;
    }
    add_text(out, "\033[0m");
    if (at.column > 0) add_text(out, "\033[K");
    free(styles);
    free(map);
    free(text);
}

void ce_paint(ce_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    size_t length = (size_t)(line->lastchar - line->buffer);
    if (length == 0 || ce_is_searching(line->buffer, length)) return;
    int waiting = 0;
    if (ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0) return;
    if (measure(editor, line->buffer, length).row >= editor->rows) return;

    place cursor = measure(editor, line->buffer, (size_t)(line->cursor - line->buffer));
    place start = measure(editor, line->buffer, 0);
    output out = {0};
    add_text(&out, "\0337");
    add_move(&out, cursor.row - start.row, 'A');
    add_text(&out, "\r");
    add_move(&out, start.column, 'C');
    paint(editor, line, length, &out);
    add_text(&out, "\0338");
    ce_write(out.bytes, out.length);
    free(out.bytes);
}

int ce_is_tall(ce_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    return measure(editor, line->buffer, (size_t)(line->lastchar - line->buffer)).row + 2 >= editor->rows;
}

void ce_leave_text(ce_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    place cursor = measure(editor, line->buffer, (size_t)(line->cursor - line->buffer));
    place end = measure(editor, line->buffer, (size_t)(line->lastchar - line->buffer));
    output out = {0};
    add_move(&out, end.row - cursor.row, 'B');
    add_text(&out, "\r\n");
    ce_write(out.bytes, out.length);
    free(out.bytes);
}

void ce_redraw_resized(ce_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    el_resize(editor->el);
    ce_remember_size(editor);
    place cursor = measure(editor, line->buffer, (size_t)(line->cursor - line->buffer));
    output out = {0};
    add_move(&out, cursor.row, 'A');
    add_text(&out, "\r\033[J");
    ce_write(out.bytes, out.length);
    free(out.bytes);
    el_wset(editor->el, EL_REFRESH);
}
