/// Handing a long text to a pager.
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "ceditline.h"

int ce_page(const char *command, const char *text, size_t length) {
    // A plain `less` would show colours as escapes.
    setenv("LESS", "FRX", 0);
    int was_running = ce_interrupts_is_running();
    // Ctrl-C is for the pager.
    ce_interrupts_running(0);
    FILE *pager = popen(command, "we");
    int status = 127 << 8;
    if (pager) {
        fwrite(text, 1, length, pager);
        status = pclose(pager);
    }
    ce_interrupts_running(was_running);
    return WIFEXITED(status) && WEXITSTATUS(status) >= 126 ? -1 : 0;
}
