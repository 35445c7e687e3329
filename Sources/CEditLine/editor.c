/// The editor as a whole: opening, reading, history.
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

/// So many entries can be reached with the arrow keys.
#define CE_HISTORY_SIZE 10000

void ce_use_utf8(void) {
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0) setlocale(LC_CTYPE, "C.UTF-8");
}

static wchar_t *prompt(EditLine *el) {
    void *editor = NULL;
    el_wget(el, EL_CLIENTDATA, &editor);
    return ((ce_editor *)editor)->prompt;
}

ce_editor *ce_open(const char *program, const ce_callbacks *callbacks, const char *const *codes, size_t code_count) {
    ce_use_utf8();
    ce_editor *editor = calloc(1, sizeof *editor);
    editor->callbacks = *callbacks;
    editor->codes = codes;
    editor->code_count = code_count;
    editor->el = el_init(program, stdin, stdout, stderr);
    if (!editor->el) {
        free(editor);
        return NULL;
    }
    HistEventW event;
    editor->history = history_winit();
    history_w(editor->history, &event, H_SETSIZE, CE_HISTORY_SIZE);
    history_w(editor->history, &event, H_SETUNIQUE, 1);

    el_wset(editor->el, EL_CLIENTDATA, editor);
    // libedit's own handling sends each signal on to the whole process group.
    el_wset(editor->el, EL_SIGNAL, 0);
    el_wset(editor->el, EL_EDITOR, L"emacs");
    el_wset(editor->el, EL_HIST, history_w, editor->history);
    el_wset(editor->el, EL_PROMPT_ESC, prompt, L'\1');
    el_wset(editor->el, EL_GETCFN, ce_next_key);
    ce_bind_keys(editor, 0);
    el_source(editor->el, NULL);
    // `bind -v` in the file makes a clean sweep: the keys that the shell can't do without come back.
    ce_bind_keys(editor, !ce_is_vi(editor));
    return editor;
}

void ce_close(ce_editor *editor) {
    history_wend(editor->history);
    el_end(editor->el);
    free(editor);
}

/// libedit loses escapes that no visible character follows: the last part is never empty.
static void set_prompt(ce_editor *editor, const char *name, const char *colour, const char *rest) {
    if (colour && *name)
        swprintf(editor->prompt, 128, L"\1\033[%sm\1%s\1\033[0m\1%s", colour, name, rest);
    else
        swprintf(editor->prompt, 128, L"%s%s", name, rest);
    editor->is_coloured = colour != NULL;
    editor->prompt_width = (int)(strlen(name) + strlen(rest));
}

int ce_read(ce_editor *editor, const char *name, const char *colour, const char *rest, char **text) {
    set_prompt(editor, name, colour, rest);
    editor->aborted = editor->terminated = 0;
    editor->keys = 1;
    editor->byte_ahead = -1;
    editor->last_tab = editor->last_cursor = 0;
    ce_signals_begin();
    el_resize(editor->el);
    ce_remember_size(editor);
    ce_write("\033[?2004h", 8);
    int count = 0;
    const wchar_t *line = el_wgets(editor->el, &count);
    ce_write("\033[?2004l", 8);
    ce_signals_end();
    if (editor->terminated) return CE_TERMINATED;
    if (editor->aborted) return CE_ABORTED;
    if (!line || count <= 0) return CE_END;
    size_t length = (size_t)count;
    if (line[length - 1] == L'\n') length--;
    *text = ce_text(line, length, NULL);
    return CE_LINE;
}

void ce_history_add(ce_editor *editor, const char *text) {
    wchar_t *entry = ce_buffer(text);
    HistEventW event;
    for (int found = history_w(editor->history, &event, H_FIRST); found == 0;
         found = history_w(editor->history, &event, H_NEXT)) {
        if (wcscmp(event.str, entry) != 0) continue;
        history_w(editor->history, &event, H_DEL, event.num);
        break;
    }
    history_w(editor->history, &event, H_ENTER, entry);
    free(entry);
}
