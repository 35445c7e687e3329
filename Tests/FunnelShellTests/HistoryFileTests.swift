import FunnelShell
import Glibc
import Testing

@Suite struct HistoryFileTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }

    private func entries(_ path: String) -> [String] {
        var file = HistoryFile(path: path)
        #expect(file.load() == nil)
        return file.entries
    }

    @Test func `Entries are there in the next session, each once, several lines as one`() {
        withFolder { folder in
            let path = folder + "/state/funnel/history"
            var file = HistoryFile(path: path)
            #expect(file.load() == nil)
            for entry in ["kpis", "conversion by (\n  \"a\\n\"\n)", "kpis", "می\u{200C}شود", "kpis", "kpis"] {
                #expect(file.add(entry) == nil)
            }
            let expected = ["conversion by (\n  \"a\\n\"\n)", "می\u{200C}شود", "kpis"]
            #expect(file.entries == expected)
            #expect(entries(path) == expected)
        }
    }

    @Test func `File and folder are the owner's alone`() {
        withFolder { folder in
            let path = folder + "/state/funnel/history"
            let previous = umask(0)
            defer { umask(previous) }
            var file = HistoryFile(path: path)
            #expect(file.add("kpis") == nil)
            #expect(mode(path) == 0o600)
            #expect(mode(folder + "/state/funnel") == 0o700)
            chmod(path, 0o644)
            #expect(file.add("leads") == nil)
            #expect(mode(path) == 0o600)
        }
    }

    @Test func `Two sessions at once keep each other's entries`() {
        withFolder { folder in
            let path = folder + "/history"
            var one = HistoryFile(path: path)
            var other = HistoryFile(path: path)
            _ = one.load()
            _ = other.load()
            _ = one.add("a")
            _ = other.add("b")
            _ = one.add("c")
            #expect(entries(path) == ["a", "b", "c"])
        }
    }

    @Test func `A damaged file is mended`() {
        withFolder { folder in
            let path = folder + "/history"
            let file = fopen(path, "w")
            for byte in Array("a\n\n\u{7}b\\".utf8) + [0xFF, 0x0A] + Array("half".utf8) { fputc(Int32(byte), file) }
            fclose(file)
            #expect(entries(path) == ["a", "\u{7}b\u{FFFD}", "half"])
            var again = HistoryFile(path: path)
            _ = again.load()
            _ = again.add("next")
            #expect(entries(path).suffix(2) == ["half", "next"])
        }
    }

    @Test func `Where it can't be kept that is said, and no more`() {
        withFolder { folder in
            var file = HistoryFile(path: folder)
            #expect(file.load()?.hasPrefix("history is not kept: \(folder): ") == true)
            #expect(file.add("kpis")?.hasPrefix("history is not kept: ") == true)
            #expect(file.entries == ["kpis"])
        }
    }

    @Test func `Its place follows the XDG rules`() {
        func path(_ environment: [String: String]) -> String? { HistoryFile.defaultPath { environment[$0] } }
        #expect(path(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/funnel/history")
        #expect(path(["XDG_STATE_HOME": "relative", "HOME": "/h"]) == "/h/.local/state/funnel/history")
        #expect(path(["HOME": "/h"]) == "/h/.local/state/funnel/history")
        #expect(path([:]) == nil)
    }
}
