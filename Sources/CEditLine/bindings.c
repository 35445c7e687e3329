/// What keys do that libedit has no word for, and which they are.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static ce_editor *editor_of(EditLine *el) {
    void *editor = NULL;
    el_wget(el, EL_CLIENTDATA, &editor);
    return editor;
}

static size_t length_of(const LineInfoW *line) { return (size_t)(line->lastchar - line->buffer); }
static size_t cursor_of(const LineInfoW *line) { return (size_t)(line->cursor - line->buffer); }

static void press(EditLine *el, wchar_t key) {
    const wchar_t keys[2] = {key, 0};
    el_wpush(el, keys);
}

static unsigned char insert_zero_width(EditLine *el, wint_t key) {
    (void)key;
    wchar_t text[2] = {editor_of(el)->zero_width, 0};
    return el_winsertstr(el, text) == 0 ? CC_REFRESH : CC_ERROR;
}

static unsigned char keep_cursor(EditLine *el, wint_t key) {
    (void)el, (void)key;
    return CC_CURSOR;
}

static unsigned char refresh(EditLine *el, wint_t key) {
    (void)el, (void)key;
    return CC_REFRESH;
}

static unsigned char ignore(EditLine *el, wint_t key) {
    (void)el, (void)key;
    return CC_NORM;
}

/// Moves to the end and ends the reading.
static unsigned char finish(EditLine *el) {
    const LineInfoW *line = el_wline(el);
    el_cursor(el, (int)(length_of(line) - cursor_of(line)));
    press(el, CE_KEY_FINISH);
    return CC_REFRESH;
}

static unsigned char enter(EditLine *el, wint_t key) {
    (void)key;
    ce_editor *editor = editor_of(el);
    const LineInfoW *line = el_wline(el);
    char *text = ce_text(line->buffer, length_of(line), NULL);
    int complete = editor->callbacks.is_complete(editor->callbacks.context, text);
    free(text);
    if (complete) return finish(el);
    return el_winsertstr(el, L"\n" CE_INDENT_SPACES) == 0 ? CC_REFRESH : CC_ERROR;
}

static unsigned char abort_text(EditLine *el, wint_t key) {
    (void)key;
    const LineInfoW *line = el_wline(el);
    el_cursor(el, (int)(length_of(line) - cursor_of(line)));
    el_winsertstr(el, L"^C");
    editor_of(el)->aborted = 1;
    return finish(el);
}

static unsigned char erase(EditLine *el, wint_t key) {
    (void)key;
    const LineInfoW *line = el_wline(el);
    size_t cursor = cursor_of(line);
    if (cursor == 0) return CC_ERROR;
    int count = 1;
    if (cursor > CE_INDENT && line->buffer[cursor - CE_INDENT - 1] == L'\n' &&
        ce_indent_after(line->buffer, length_of(line), cursor - CE_INDENT - 1) == CE_INDENT)
        count = CE_INDENT + 1;
    el_deletestr(el, count);
    return CC_REFRESH;
}

static unsigned char complete(EditLine *el, wint_t key) {
    (void)key;
    ce_editor *editor = editor_of(el);
    const LineInfoW *line = el_wline(el);
    size_t *map;
    char *text = ce_text(line->buffer, length_of(line), &map);
    int again = editor->keys == editor->last_tab + 1;
    editor->last_tab = editor->keys;
    editor->callbacks.complete(editor->callbacks.context, text, map[cursor_of(line)], again);
    free(map);
    free(text);
    return CC_REFRESH;
}

void ce_replace(ce_editor *editor, size_t start, size_t end, const char *text) {
    const LineInfoW *line = el_wline(editor->el);
    size_t length = length_of(line), from = 0;
    size_t *map;
    free(ce_text(line->buffer, length, &map));
    while (from < length && map[from] < start) from++;
    size_t to = from;
    while (to < length && map[to] < end) to++;
    free(map);
    el_cursor(editor->el, (int)to - (int)cursor_of(line));
    if (to > from) el_deletestr(editor->el, (int)(to - from));
    wchar_t *characters = ce_buffer(text);
    if (*characters) el_winsertstr(editor->el, characters);
    free(characters);
}

void ce_list(ce_editor *editor, const char *text) {
    ce_leave_text(editor);
    ce_write(text, strlen(text));
    el_wset(editor->el, EL_REFRESH);
}

/// The index at which the line that holds `at` begins.
static size_t line_start(const LineInfoW *line, size_t at) {
    while (at > 0 && line->buffer[at - 1] != L'\n') at--;
    return at;
}

static size_t line_end(const LineInfoW *line, size_t at) {
    while (at < length_of(line) && line->buffer[at] != L'\n') at++;
    return at;
}

static unsigned char move_to(EditLine *el, size_t target) {
    const LineInfoW *line = el_wline(el);
    el_cursor(el, (int)target - (int)cursor_of(line));
    // Where the cursor settles from there does not depend on where it came from.
    editor_of(el)->last_cursor = 0;
    return CC_CURSOR;
}

static unsigned char home(EditLine *el, wint_t key) {
    (void)key;
    const LineInfoW *line = el_wline(el);
    return move_to(el, line_start(line, cursor_of(line)));
}

static unsigned char end(EditLine *el, wint_t key) {
    (void)key;
    const LineInfoW *line = el_wline(el);
    return move_to(el, line_end(line, cursor_of(line)));
}

/// The column of the screen that counts for going up and down: the prompt is as wide as the indent.
static size_t column(const LineInfoW *line, size_t at) {
    size_t start = line_start(line, at);
    return at - start + (start == 0 ? CE_INDENT : 0);
}

static unsigned char up(EditLine *el, wint_t key) {
    (void)key;
    const LineInfoW *line = el_wline(el);
    size_t start = line_start(line, cursor_of(line)), wanted = column(line, cursor_of(line));
    if (start == 0) {
        press(el, CE_KEY_OLDER);
        return CC_NORM;
    }
    size_t target = start - 1;
    while (column(line, target) > wanted) target--;
    return move_to(el, target);
}

static unsigned char down(EditLine *el, wint_t key) {
    (void)key;
    const LineInfoW *line = el_wline(el);
    size_t stop = line_end(line, cursor_of(line)), wanted = column(line, cursor_of(line));
    if (stop == length_of(line)) {
        press(el, CE_KEY_NEWER);
        return CC_NORM;
    }
    size_t target = stop + 1;
    while (target < line_end(line, stop + 1) && column(line, target) < wanted) target++;
    return move_to(el, target);
}

/// All of a bracketed paste at once: its newlines do not send it off.
static unsigned char paste(EditLine *el, wint_t key) {
    (void)key;
    static const wchar_t closing[] = L"\033[201~";
    const size_t closing_length = wcslen(closing);
    ce_editor *editor = editor_of(el);
    size_t length = 0, capacity = 1024;
    wchar_t *text = malloc(capacity * sizeof *text);
    editor->pasting = 1;
    wchar_t c;
    while (el_wgetc(el, &c) == 1 && c != 3) {
        if (length + CE_INDENT + 2 > capacity) text = realloc(text, (capacity *= 2) * sizeof *text);
        text[length++] = c;
        if (length >= closing_length && wmemcmp(text + length - closing_length, closing, closing_length) == 0) {
            length -= closing_length;
            break;
        }
    }
    editor->pasting = 0;
    // Line ends become newlines with their indent, a tab a space; other controls are left out.
    while (length > 0 && (text[length - 1] == L'\n' || text[length - 1] == L'\r')) length--;
    wchar_t *clean = malloc((length * (CE_INDENT + 1) + 1) * sizeof *clean);
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        wchar_t pasted = text[i] == L'\t' ? L' ' : text[i];
        if (pasted == L'\r' && i + 1 < length && text[i + 1] == L'\n') continue;
        if (pasted == L'\r') pasted = L'\n';
        if ((pasted < 0x20 && pasted != L'\n') || (pasted >= 0x7F && pasted < 0xA0)) continue;
        clean[kept++] = pasted;
        for (int s = 0; pasted == L'\n' && s < CE_INDENT; s++) clean[kept++] = L' ';
    }
    clean[kept] = 0;
    if (kept > 0) el_winsertstr(el, clean);
    free(clean);
    free(text);
    return CC_REFRESH;
}

// MARK: - Binding

typedef unsigned char (*key_function)(EditLine *, wint_t);

/// libedit keeps the pointers to names and descriptions: they are literals.
static const struct {
    const wchar_t *name, *about;
    /// NULL for what libedit has itself.
    key_function function;
    /// The key that the editor sends, 0 for none; works in all of vi's modes.
    wchar_t own;
    /// Control keys that the shell can't do without, in all of vi's modes as well.
    const wchar_t *needed;
    /// Other keys, in the notation of `bind`, separated by spaces.
    const wchar_t *keys;
} bindings[] = {
    {L"funnel-enter", L"Run the text, or begin another line", enter, 0, L"^M ^J", L""},
    {L"funnel-abort", L"Clear the text", abort_text, 0, L"^C", L""},
    {L"funnel-erase", L"Delete the character before the cursor", erase, 0, L"", L"^? ^H"},
    {L"funnel-complete", L"Complete what stands before the cursor", complete, 0, L"", L"^I"},
    {L"funnel-up", L"One line up, or to the entry before", up, CE_KEY_UP, L"", L"\\e[A \\eOA"},
    {L"funnel-down", L"One line down, or to the entry after", down, CE_KEY_DOWN, L"", L"\\e[B \\eOB"},
    {L"funnel-home", L"To the line's beginning", home, CE_KEY_HOME, L"", L"^A \\e[H \\eOH \\e[1~ \\e[7~"},
    {L"funnel-end", L"To the line's end", end, CE_KEY_END, L"", L"^E \\e[F \\eOF \\e[4~ \\e[8~"},
    {L"funnel-paste", L"Insert what is pasted", paste, CE_KEY_PASTE, L"", L"\\e[200~"},
    {L"funnel-zero-width", L"Insert a character without width", insert_zero_width, CE_KEY_ZERO_WIDTH, L"", L""},
    {L"funnel-settle", L"Draw the cursor where it is", keep_cursor, CE_KEY_SETTLE, L"", L""},
    {L"funnel-refresh", L"Draw everything", refresh, CE_KEY_REFRESH, L"", L""},
    {L"funnel-ignore", L"Do nothing", ignore, CE_KEY_IGNORED, L"", L""},
    {L"ed-newline", NULL, NULL, CE_KEY_FINISH, L"", L""},
    {L"ed-prev-history", NULL, NULL, CE_KEY_OLDER, L"", L"^P"},
    {L"ed-next-history", NULL, NULL, CE_KEY_NEWER, L"", L"^N"},
    {L"ed-delete-next-char", NULL, NULL, CE_KEY_DELETE, L"", L"\\e[3~"},
    {L"ed-prev-char", NULL, NULL, CE_KEY_LEFT, L"", L"\\e[D \\eOD"},
    {L"ed-next-char", NULL, NULL, CE_KEY_RIGHT, L"", L"\\e[C \\eOC"},
    {L"ed-prev-word", NULL, NULL, CE_KEY_WORD_LEFT, L"", L"\\e[1;5D \\e[1;3D"},
    {L"em-next-word", NULL, NULL, CE_KEY_WORD_RIGHT, L"", L"\\e[1;5C \\e[1;3C"},
    {L"em-inc-search-prev", NULL, NULL, 0, L"", L"^R"},
};

/// Binds keys that stand in a list; `-a` stands for vi's command mode.
static void bind_list(ce_editor *editor, const wchar_t *keys, const wchar_t *name, int in_command_mode, int is_vi) {
    while (*keys) {
        wchar_t key[16] = {0};
        size_t length = wcscspn(keys, L" ");
        wmemcpy(key, keys, length);
        keys += length + (keys[length] == L' ');
        // In vi ESC is a key; what begins with it comes as one of our own keys.
        if (is_vi && key[0] == L'\\') continue;
        el_wset(editor->el, EL_BIND, key, name, NULL);
        if (in_command_mode) el_wset(editor->el, EL_BIND, L"-a", key, name, NULL);
    }
}

void ce_bind_keys(ce_editor *editor, int only_needed) {
    int is_vi = ce_is_vi(editor);
    for (size_t i = 0; i < sizeof bindings / sizeof *bindings; i++) {
        const wchar_t own[2] = {bindings[i].own, 0};
        if (bindings[i].function && !only_needed)
            el_wset(editor->el, EL_ADDFN, bindings[i].name, bindings[i].about, bindings[i].function);
        bind_list(editor, own, bindings[i].name, 1, is_vi);
        bind_list(editor, bindings[i].needed, bindings[i].name, 1, is_vi);
        if (!only_needed) bind_list(editor, bindings[i].keys, bindings[i].name, 0, is_vi);
    }
}

int ce_is_vi(ce_editor *editor) {
    const wchar_t *mode = NULL;
    return el_wget(editor->el, EL_EDITOR, &mode) == 0 && mode && wcscmp(mode, L"vi") == 0;
}
