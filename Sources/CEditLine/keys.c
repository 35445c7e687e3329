/// How keys are read.
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "internal.h"

int wcwidth(wchar_t);


/// Waits for a byte of the terminal, doing what signals ask for meanwhile. Returns 1, 0 at the end of input, or -1 for
/// Ctrl-C.
static int next_byte(ce_editor *editor, unsigned char *byte) {
    if (editor->byte_ahead >= 0) {
        *byte = (unsigned char)editor->byte_ahead;
        editor->byte_ahead = -1;
        return 1;
    }
    for (;;) {
        if (ce_signals_take(SIGINT)) return -1;
        if (ce_signals_take(SIGTERM) || ce_signals_take(SIGHUP)) {
            editor->terminated = 1;
            return 0;
        }
        if (ce_signals_take(SIGWINCH)) {
            ce_redraw_resized(editor);
            ce_paint(editor);
        }
        if (ce_signals_take(SIGTSTP)) {
            ce_leave_text(editor);
            ce_write("\033[?2004l", 8);
            el_wset(editor->el, EL_PREP_TERM, 0);
            ce_signals_suspend();
            el_wset(editor->el, EL_PREP_TERM, 1);
            ce_write("\033[?2004h", 8);
            el_resize(editor->el);
            ce_remember_size(editor);
            el_wset(editor->el, EL_REFRESH);
            ce_paint(editor);
        }
        struct pollfd sources[2] = {{STDIN_FILENO, POLLIN, 0}, {ce_signals_descriptor(), POLLIN, 0}};
        if (poll(sources, 2, -1) < 0 && errno != EINTR) return 0;
        if (sources[1].revents & POLLIN) {
            ce_signals_drain();
            continue;
        }
        if (!sources[0].revents) continue;
        ssize_t count = read(STDIN_FILENO, byte, 1);
        if (count == 1) return 1;
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        return 0;
    }
}

/// The next character, from its UTF-8; what is none is U+FFFD.
static int next_character(ce_editor *editor, wchar_t *character) {
    unsigned char byte;
    int got = next_byte(editor, &byte);
    if (got <= 0) return got;
    unsigned value = byte;
    int more = byte >= 0xF5 ? -1 : byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : byte >= 0xC2 ? 1 : byte >= 0x80 ? -1 : 0;
    if (more > 0) value &= 0x3F >> more;
    for (int i = 0; i < more; i++) {
        got = next_byte(editor, &byte);
        if (got <= 0) return got;
        if ((byte & 0xC0) != 0x80) {
            // It belongs to the next character.
            editor->byte_ahead = byte;
            more = -1;
        }
        value = value << 6 | (byte & 0x3F);
    }
    int is_none = more < 0 || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000);
    *character = is_none ? 0xFFFD : (wchar_t)value;
    return 1;
}

/// Keeps the cursor out of the indent of a further line. Returns the key that has it drawn where it is now, or 0.
static wchar_t settle(ce_editor *editor) {
    const LineInfoW *line = el_wline(editor->el);
    // Some of libedit's vi commands leave the cursor one before an empty text; moving it anywhere mends that.
    if (line->cursor < line->buffer) el_cursor(editor->el, 1);
    if (line->cursor > line->lastchar) el_cursor(editor->el, -1);
    size_t cursor = (size_t)(line->cursor - line->buffer);
    size_t length = (size_t)(line->lastchar - line->buffer);
    size_t last = editor->last_cursor;
    editor->last_cursor = cursor;
    if (ce_is_searching(line->buffer, length)) return 0;
    // Where a text fills the screen libedit loses count of its rows when it appends, unless it has just drawn them all.
    if (cursor != last && cursor == length && ce_is_tall(editor)) return CE_KEY_REFRESH;
    size_t newline = cursor;
    while (newline > 0 && line->buffer[newline - 1] != L'\n') newline--;
    if (newline-- == 0) return 0;
    size_t first = newline + 1 + CE_INDENT;
    if (cursor >= first || ce_indent_after(line->buffer, length, newline) < CE_INDENT) return 0;
    size_t target = last == first ? newline : first;
    el_cursor(editor->el, (int)target - (int)cursor);
    editor->last_cursor = target;
    return CE_KEY_SETTLE;
}

/// The rest of what a key sends after ESC, as one of our keys; ESC itself where nothing follows at once.
///
/// For vi's sake: there ESC is a key of its own, and libedit would not know it from the beginning of an arrow key.
static wchar_t key_after_escape(ce_editor *editor) {
    static const struct {
        int number;
        char final;
        wchar_t key;
    } sequences[] = {
        {0, 'A', CE_KEY_UP},      {0, 'B', CE_KEY_DOWN},  {0, 'C', CE_KEY_RIGHT},   {0, 'D', CE_KEY_LEFT},
        {0, 'H', CE_KEY_HOME},    {0, 'F', CE_KEY_END},   {1, '~', CE_KEY_HOME},    {7, '~', CE_KEY_HOME},
        {4, '~', CE_KEY_END},     {8, '~', CE_KEY_END},   {3, '~', CE_KEY_DELETE},  {200, '~', CE_KEY_PASTE},
        {1, 'C', CE_KEY_WORD_RIGHT}, {1, 'D', CE_KEY_WORD_LEFT},
    };
    struct pollfd source = {STDIN_FILENO, POLLIN, 0};
    unsigned char byte;
    if (poll(&source, 1, 30) != 1 || next_byte(editor, &byte) != 1) return 27;
    if (byte != '[' && byte != 'O') {
        editor->byte_ahead = byte;
        return 27;
    }
    int number = 0, is_first = 1;
    while (next_byte(editor, &byte) == 1 && byte < 0x40) {
        if (byte == ';') is_first = 0;
        if (is_first && byte >= '0' && byte <= '9' && number < 1000) number = number * 10 + byte - '0';
    }
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++)
        if (sequences[i].number == number && sequences[i].final == (char)byte) return sequences[i].key;
    return CE_KEY_IGNORED;
}

int ce_next_key(EditLine *el, wchar_t *key) {
    void *owner = NULL;
    el_wget(el, EL_CLIENTDATA, &owner);
    ce_editor *editor = owner;
    if (!editor->pasting) {
        *key = settle(editor);
        if (*key) return 1;
        ce_paint(editor);
    }
    editor->keys++;
    wchar_t character;
    int got = next_character(editor, &character);
    if (got == 0) return 0;
    if (got < 0) character = 3;
    if (character >= 0x80 && character < 0xA0) character = 0xFFFD;
    if (character == 27 && !editor->pasting && ce_is_vi(editor)) character = key_after_escape(editor);
    // libedit counts a character without width as a column when it appends it: it is inserted by hand instead.
    if (!editor->pasting && character > 0x9F && wcwidth(character) == 0) {
        editor->zero_width = character;
        character = CE_KEY_ZERO_WIDTH;
    }
    *key = character;
    return 1;
}
