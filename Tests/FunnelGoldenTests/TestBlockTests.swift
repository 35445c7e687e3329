import FunnelTesting
import Testing

/// What `funnel test` says of the test blocks of a script.
struct TestBlockTests {
    private static let rows = "leads id, created: (1, 2024-01-02) (2, 2024-01-03) (3, 2024-02-01); deals lead, closed, status: (1, 2024-01-20, won)"

    @Test("an expectation that fails shows what came instead")
    func failure() {
        let transcript = Transcript(folder: "/")
        let text = transcript.test("test \"one of three\" { \(Self.rows); expect conversion = 50%; expect leads = 3; expect leads by month = 2 }")
        #expect(transcript.status == 1)
        #expect(text.contains("error: the check `conversion = 50%` failed"))
        #expect(text.contains("conversion 33.3 %"))
        #expect(text.contains("month 2024-02, leads 1"))
        #expect(!text.contains("check leads = 3"))
        #expect(text.hasSuffix("failed one of three"))
    }

    @Test("a test that holds says no more than its name")
    func success() {
        let transcript = Transcript(folder: "/")
        #expect(transcript.test("test \"leads\" { \(Self.rows); expect leads = 3 }") == "ok     leads")
        #expect(transcript.status == 0)
    }
}
