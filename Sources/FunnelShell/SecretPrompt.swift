import Glibc

/// Asks a person at the terminal for something that is not shown while it is typed, and kept nowhere.
package enum SecretPrompt {
    /// What was typed; nil where there is no terminal, or for Ctrl-C and Ctrl-D.
    @Sendable package static func read(_ prompt: String) -> String? {
        let terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)
        guard terminal >= 0 else { return nil }
        defer { close(terminal) }
        var usual = termios()
        guard tcgetattr(terminal, &usual) == 0 else { return nil }
        var quiet = usual
        // No echo, no lines, and no signal that would end the program with the echo switched off.
        quiet.c_lflag &= ~tcflag_t(ECHO | ICANON | ISIG)
        guard tcsetattr(terminal, TCSAFLUSH, &quiet) == 0 else { return nil }
        defer {
            tcsetattr(terminal, TCSAFLUSH, &usual)
            write("\n", terminal)
        }
        write(prompt, terminal)
        return line(terminal)
    }

    private static func line(_ terminal: Int32) -> String? {
        var typed: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = Glibc.read(terminal, &byte, 1)
            if count < 0, errno == EINTR { continue }
            guard count == 1 else { return nil }
            switch byte {
            case 0x0A, 0x0D: return String(decoding: typed, as: UTF8.self)
            case 0x03, 0x04: return nil
            // A letter may have several bytes: those that go on with one go with it.
            case 0x7F, 0x08: while let last = typed.popLast(), last & 0xC0 == 0x80 {}
            default: typed.append(byte)
            }
        }
    }

    private static func write(_ text: String, _ terminal: Int32) { _ = Glibc.write(terminal, text, text.utf8.count) }
}
