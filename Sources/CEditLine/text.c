/// Between the characters of libedit's buffer and the UTF-8 of everyone else.
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/// UTF-8 by hand: the conversions of the C library depend on the locale.
static size_t put_utf8(char *to, wchar_t character) {
    unsigned c = (unsigned)character;
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (char)(0xC0 | c >> 6);
        to[1] = (char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (char)(0xE0 | c >> 12);
        to[1] = (char)(0x80 | (c >> 6 & 0x3F));
        to[2] = (char)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (char)(0xF0 | c >> 18);
    to[1] = (char)(0x80 | (c >> 12 & 0x3F));
    to[2] = (char)(0x80 | (c >> 6 & 0x3F));
    to[3] = (char)(0x80 | (c & 0x3F));
    return 4;
}

size_t ce_indent_after(const wchar_t *buffer, size_t length, size_t index) {
    size_t count = 0;
    while (count < CE_INDENT && index + 1 + count < length && buffer[index + 1 + count] == L' ') count++;
    return count;
}

char *ce_text(const wchar_t *buffer, size_t length, size_t **map) {
    char *text = malloc(length * 4 + 1);
    size_t *offsets = malloc((length + 1) * sizeof *offsets);
    size_t bytes = 0;
    for (size_t i = 0; i < length;) {
        offsets[i] = bytes;
        bytes += put_utf8(text + bytes, buffer[i]);
        size_t skipped = buffer[i] == L'\n' ? ce_indent_after(buffer, length, i) : 0;
        for (size_t s = 1; s <= skipped; s++) offsets[i + s] = bytes;
        i += 1 + skipped;
    }
    text[bytes] = 0;
    offsets[length] = bytes;
    if (map)
        *map = offsets;
    else
        free(offsets);
    return text;
}

/// The next character of a text that is known to be UTF-8 (it comes from Swift); moves on.
static wchar_t take_utf8(const unsigned char **at) {
    const unsigned char *p = *at;
    unsigned c = *p++;
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;
    if (more) c &= 0x3F >> more;
    while (more-- > 0 && (*p & 0xC0) == 0x80) c = c << 6 | (*p++ & 0x3F);
    *at = p;
    return (wchar_t)c;
}

wchar_t *ce_buffer(const char *text) {
    size_t lines = 0;
    for (const char *p = text; *p; p++) lines += *p == '\n';
    wchar_t *buffer = malloc((strlen(text) + 1 + lines * CE_INDENT) * sizeof *buffer);
    size_t length = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        wchar_t c = take_utf8(&p);
        buffer[length++] = c;
        for (int i = 0; c == L'\n' && i < CE_INDENT; i++) buffer[length++] = L' ';
    }
    buffer[length] = 0;
    return buffer;
}

int ce_is_searching(const wchar_t *buffer, size_t length) {
    for (size_t i = 0; i + 1 < length; i++)
        if (buffer[i] == L'\n' && buffer[i + 1] != L' ' && buffer[i + 1] != L'\n') return 1;
    return 0;
}
