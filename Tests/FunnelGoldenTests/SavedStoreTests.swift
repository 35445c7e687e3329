import FunnelSession
import FunnelTesting
import Glibc
import Testing

/// What a session does with a saved store that is not as it was saved, and where it must not write.
struct SavedStoreTests {
    /// A session with a small store in a folder of its own, saved there.
    private final class Place {
        private let temporary = TemporaryFolder()
        var folder: String { temporary.path }
        let transcript: Transcript
        var leads: String { folder + "/crm.store/generation-1/leads.arrow" }

        init() {
            transcript = Transcript(folder: temporary.path)
            _ = TextFile.write("id,created,source,owner\n1,2024-01-02,adverts,Eva\n2,2024-01-20,web,Eva\n", folder + "/leads.csv")
            _ = TextFile.write("lead,closed,amount\n1,2024-02-02,10\n", folder + "/deals.csv")
            _ = transcript.run("load leads from \"leads.csv\"; load deals from \"deals.csv\"; save \"crm.store\"")
        }

        /// Puts another letter in the place of the first of a text in the leads' file.
        func damage(_ text: String) throws {
            let file = try #require(fopen(leads, "r+b"))
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 1 << 20)
            let count = fread(&bytes, 1, bytes.count, file)
            let wanted = Array(text.utf8)
            let at = try #require((0..<count - wanted.count).first { Array(bytes[$0..<$0 + wanted.count]) == wanted })
            fseek(file, at, SEEK_SET)
            fputc(0x78, file)
        }
    }

    @Test("a query that reads a damaged column is an error that names it; others go on")
    func damaged() throws {
        let place = Place()
        #expect(place.transcript.status == 0)
        try place.damage("adverts")
        let session = Transcript(folder: place.folder)
        #expect(session.run("open \"crm.store\"") == "opened crm.store: leads 2 rows, deals 1 rows")
        for text in [
            "leads by source", "leads where source = \"web\"", "list leads source", "describe leads", "leads by source as csv", "define s = source; leads by s",
            "conversion by source into \"out.csv\"", "leads as of 2024-01-10", "check leads > 0 by source", "save \"other.store\"",
            "load leads from \"leads.csv\" append",
        ] {
            let answer = session.run(text)
            #expect(answer.contains("column `source` of `crm.store/leads.arrow`"), "\(text): \(answer)")
            #expect(!answer.contains("│") && !answer.contains("source,"), "\(text)")
            #expect(session.status == 3, "\(text)")
        }
        #expect(access(place.folder + "/out.csv", F_OK) != 0)
        #expect(access(place.folder + "/other.store", F_OK) != 0)
        for text in ["leads", "conversion by owner", "list leads id, owner", "tables", "leads by month"] {
            let answer = session.run(text)
            #expect(session.status == 0, "\(text): \(answer)")
        }
        // A table that is loaded anew takes the place of the damaged one.
        #expect(session.run("load leads from \"leads.csv\"; leads where source = \"adverts\"").hasSuffix("leads  1"))
    }

    @Test("a safe script may open a store, and not save one")
    func safe() {
        let place = Place()
        let session = Transcript(folder: place.folder, isSafe: true)
        #expect(session.run("open \"crm.store\"; leads").hasSuffix("leads  2"))
        #expect(session.run("save \"other.store\"").hasPrefix("error: `--safe` does not allow this"))
        #expect(session.run("leads into \"x.arrow\"").hasPrefix("error: `--safe` does not allow this"))
        #expect(access(place.folder + "/other.store", F_OK) != 0 && access(place.folder + "/x.arrow", F_OK) != 0)
    }

    @Test("files are offered behind `save` and `open`")
    func completion() {
        let place = Place()
        for word in ["save", "open"] {
            let choices = place.transcript.session.completions(in: "\(word) \"cr", at: word.utf8.count + 4).choices
            #expect(choices.map(\.label) == ["crm.store/"])
            #expect(place.transcript.session.completions(in: "\(word) ", at: word.utf8.count + 1).choices.contains { $0.label == "leads.csv" })
        }
    }
}
