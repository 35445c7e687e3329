#!/usr/bin/env python3
"""Drives the shell through a pseudo-terminal, as a person would.

    shell_test.py PATH-OF-FUNNEL

Needs python3 and pexpect; without pexpect it says so and passes. Exit status 0: all is well, 1: something is not.
"""
import os
import re
import signal
import stat
import subprocess
import sys
import tempfile
import time

try:
    import pexpect
except ImportError:
    print("shell_test: skipped, pexpect is not installed")
    sys.exit(0)

UP = "\x1b[A"
CTRL_C, CTRL_D, CTRL_R, TAB = "\x03", "\x04", "\x12", "\t"
PROMPT, CONTINUATION = "funnel> ", "   ...> "


class Shell:
    """A running shell with a home of its own; `screen` is what it wrote, without colours and cursor movements."""

    def __init__(self, program, home, **environment):
        variables = {
            "PATH": os.environ.get("PATH", ""), "HOME": home, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PAGER": "cat",
        }
        variables.update(environment)
        self.child = pexpect.spawn(program, env=variables, encoding="utf-8", timeout=10, dimensions=(40, 100))
        # Keys are timed by `type`.
        self.child.delaybeforesend = None
        self.screen = ""

    def type(self, keys):
        # As a person does: a key is typed when the last one has been shown.
        self.child.send(keys)
        time.sleep(0.15)

    def enter(self, text):
        self.type(text)
        self.type("\r")

    def read(self, seconds=0.4):
        """Everything that is written until nothing more comes."""
        text = ""
        while True:
            try:
                text += self.child.read_nonblocking(65536, seconds)
            except pexpect.TIMEOUT:
                break
            except pexpect.EOF:
                break
        self.screen = plain(text)
        return self.screen

    def wait_for(self, text, seconds=10):
        deadline = time.time() + seconds
        seen = ""
        while time.time() < deadline:
            seen += self.read(0.1)
            if text in seen:
                return seen + self.read(0.2)
        raise AssertionError(f"no {text!r} within {seconds} s in:\n{seen}")

    def leave(self):
        self.type(CTRL_D)
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus


def plain(text):
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b[78=>]", "", text)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def expect(condition, what, screen=""):
    if not condition:
        raise AssertionError(what + (f"; the screen shows:\n{screen}" if screen else ""))


def started(program, home, **environment):
    shell = Shell(program, home, **environment)
    shell.wait_for(PROMPT)
    return shell


# Each test gets the program and an empty home.


def the_prompt_appears_and_ctrl_d_leaves_with_status_0(program, home):
    shell = started(program, home)
    expect(shell.leave() == 0, "the exit status is not 0")


def kpis_are_listed(program, home):
    shell = started(program, home)
    shell.enter("kpis")
    expect("conversion" in shell.wait_for("conversion"), "`kpis` does not name conversion", shell.screen)
    shell.leave()


def an_unknown_name_shows_a_caret_and_a_suggestion(program, home):
    shell = started(program, home)
    shell.enter("conversoin")
    screen = shell.wait_for("help")
    expect("error: " in screen, "there is no error", screen)
    expect("^^^^^^^^^^" in screen, "there are no carets under the name", screen)
    expect("`conversion`" in screen, "conversion is not offered", screen)
    expect(shell.leave() == 0, "an error must not change the exit status of a shell that was left")


def tab_completes_a_name(program, home):
    shell = started(program, home)
    shell.type("conv")
    shell.type(TAB)
    screen = shell.read()
    expect("conversion" in screen, "conversion was not completed", screen)
    shell.type(CTRL_C)
    shell.leave()


def tab_twice_lists_the_choices(program, home):
    shell = started(program, home)
    shell.type("c")
    shell.type(TAB)
    shell.type(TAB)
    screen = shell.wait_for("conversion")
    expect(screen.rstrip(" ").endswith("c") or PROMPT in screen, "the prompt does not come back", screen)
    shell.type(CTRL_C)
    shell.leave()


def ctrl_c_clears_the_line(program, home):
    shell = started(program, home)
    shell.type("conversion by nonsense")
    shell.type(CTRL_C)
    expect(PROMPT in shell.read(), "there is no new prompt", shell.screen)
    shell.enter("kpis")
    screen = shell.wait_for("conversion")
    expect("error" not in screen and "nonsense" not in screen, "what was cleared was run", screen)
    shell.leave()


def an_open_bracket_goes_on_in_the_next_line(program, home):
    shell = started(program, home)
    shell.enter("x = (1 +")
    expect(CONTINUATION in shell.read(), "there is no continuation prompt", shell.screen)
    shell.type(CTRL_C)
    shell.leave()


def history_lasts_is_private_and_keeps_several_lines_together(program, home):
    shell = started(program, home)
    shell.enter("kpis")
    shell.read()
    shell.enter("(1 +")
    shell.enter("2)")
    shell.read()
    shell.leave()
    path = os.path.join(home, ".local/state/funnel/history")
    mode = stat.S_IMODE(os.stat(path).st_mode)
    expect(mode == 0o600, f"the history has mode {mode:o}")
    mode = stat.S_IMODE(os.stat(os.path.dirname(path)).st_mode)
    expect(mode == 0o700, f"its folder has mode {mode:o}")
    with open(path, encoding="utf-8") as file:
        expect(file.read().splitlines() == ["kpis", "(1 +\\n2)"], "the history holds something else")

    shell = started(program, home)
    shell.type(UP)
    expect("2)" in shell.read(), "the last entry does not come back", shell.screen)
    shell.type(CTRL_C)
    shell.read()
    shell.type(CTRL_R)
    shell.type("kp")
    expect("kpis" in shell.read(), "the search does not find it", shell.screen)
    shell.type(CTRL_C)
    shell.leave()


def persian_text_survives(program, home):
    shell = started(program, home)
    word = "می\u200cشود"
    shell.type(word + "ی")
    shell.type("\x7f")
    shell.type("\r")
    shell.read()
    shell.leave()
    with open(os.path.join(home, ".local/state/funnel/history"), encoding="utf-8") as file:
        text = file.read()
    expect(text == word + "\n", f"it came out as {text!r}")


def persian_text_survives_without_a_locale(program, home):
    shell = started(program, home, LANG="")
    shell.enter("تبلیغات")
    shell.read()
    shell.leave()
    with open(os.path.join(home, ".local/state/funnel/history"), encoding="utf-8") as file:
        expect(file.read() == "تبلیغات\n", "it came out otherwise")


def a_paste_does_not_run_by_itself(program, home):
    shell = started(program, home)
    shell.read()
    shell.type("\x1b[200~kpis\nkpis\n\x1b[201~")
    screen = shell.read()
    expect(CONTINUATION in screen, "the second line has no continuation prompt", screen)
    expect(screen.count(PROMPT) <= 1, "it was run", screen)
    shell.type(CTRL_C)
    shell.leave()


def a_smaller_window_keeps_the_text(program, home):
    shell = started(program, home)
    shell.type("kpis # " + "x" * 60)
    shell.read()
    shell.child.setwinsize(20, 40)
    shell.read()
    shell.type("\r")
    expect("conversion" in shell.wait_for("conversion"), "the text was lost", shell.screen)
    shell.leave()


def a_text_that_fills_the_screen_can_be_appended_to(program, home):
    shell = started(program, home)
    shell.child.setwinsize(10, 20)
    shell.type("kpis # " + "x" * 300)
    for letter in "yz":
        shell.type("\x01")
        shell.type("\x05")
        shell.type(letter * 60)
        shell.read()
    shell.type("\r")
    expect("conversion" in shell.wait_for("conversion"), "the shell did not survive", shell.screen)
    shell.leave()


def nothing_is_coloured_if_no_color_is_set(program, home):
    shell = Shell(program, home, NO_COLOR="1")
    time.sleep(0.5)
    shell.type("kpis\r")
    time.sleep(0.5)
    raw = shell.child.read_nonblocking(65536, 1)
    expect(not re.search(r"\x1b\[[0-9;]*[1-9][0-9;]*m", raw), f"there are colours in {raw!r}")
    shell.leave()


def a_dumb_terminal_gets_no_control_sequence(program, home):
    shell = Shell(program, home, TERM="dumb")
    time.sleep(0.5)
    shell.type("kpis\r")
    time.sleep(0.5)
    raw = shell.child.read_nonblocking(65536, 1)
    expect("\x1b" not in raw, f"there is one in {raw!r}")
    expect("conversion" in raw, "`kpis` does not answer", raw)
    expect(shell.leave() == 0, "the exit status is not 0")


def a_signal_to_end_restores_the_terminal(program, home):
    shell = started(program, home)
    shell.child.kill(signal.SIGTERM)
    shell.child.expect(pexpect.EOF)
    shell.child.close()
    expect(shell.child.exitstatus == 143, f"the exit status is {shell.child.exitstatus}")


def an_endless_chain_of_definitions_is_a_message(program, home):
    with open(os.path.join(home, "leads.csv"), "w", encoding="utf-8") as file:
        file.write("id,created\nL1,2024-01-02\n")

    def run(count):
        """The last of `count` definitions, each 450 additions above the one before."""
        script = os.path.join(home, "deep.funnel")
        with open(script, "w", encoding="utf-8") as file:
            file.write("load leads from \"leads.csv\"\ndefine k0 = leads\n")
            for number in range(1, count + 1):
                file.write(f"define k{number} = k{number - 1}" + " + 1" * 450 + "\n")
            file.write(f"k{count}\n")
        return subprocess.run([program, script], capture_output=True, encoding="utf-8", timeout=60)

    short, long = run(4), run(11)
    expect(short.returncode == 0 and "1,801" in short.stdout, "a short chain has no answer", short.stdout + short.stderr)
    expect("too many definitions or operators" in long.stderr, f"there is no message, and the status is {long.returncode}", long.stderr)


TESTS = [
    the_prompt_appears_and_ctrl_d_leaves_with_status_0, kpis_are_listed, an_unknown_name_shows_a_caret_and_a_suggestion,
    tab_completes_a_name, tab_twice_lists_the_choices, ctrl_c_clears_the_line, an_open_bracket_goes_on_in_the_next_line,
    history_lasts_is_private_and_keeps_several_lines_together, persian_text_survives,
    persian_text_survives_without_a_locale, a_paste_does_not_run_by_itself, a_smaller_window_keeps_the_text,
    a_text_that_fills_the_screen_can_be_appended_to,
    nothing_is_coloured_if_no_color_is_set, a_dumb_terminal_gets_no_control_sequence,
    a_signal_to_end_restores_the_terminal, an_endless_chain_of_definitions_is_a_message,
]


def main():
    if len(sys.argv) != 2:
        print(__doc__)
        return 2
    program = os.path.abspath(sys.argv[1])
    failed = 0
    for test in TESTS:
        name = test.__name__.replace("_", " ")
        with tempfile.TemporaryDirectory() as home:
            try:
                test(program, home)
                print(f"ok    {name}")
            except (AssertionError, OSError, pexpect.ExceptionPexpect) as problem:
                failed += 1
                print(f"FAIL  {name}: {problem}")
    print(f"{len(TESTS) - failed} of {len(TESTS)} passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
