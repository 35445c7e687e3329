import FunnelRender
import FunnelSession
import FunnelShell
import FunnelText
import Glibc
import Synchronization
import Testing

/// A conversation that only waits to be stopped.
private final class Patient: Conversation {
    private let isStopped = Atomic<Bool>(false)

    var wasStopped: Bool { isStopped.load(ordering: .relaxed) }

    /// Runs until it is stopped, at most for a second; returns how long it ran.
    func wait() -> Duration {
        let clock = ContinuousClock()
        let start = clock.now
        while !wasStopped && clock.now - start < .seconds(1) { usleep(500) }
        return clock.now - start
    }

    func run(_ text: String, named name: String) -> Int32 { 0 }
    func isComplete(_ text: String) -> Bool { true }
    func completions(in text: String, at offset: Int) -> (range: TextRange, choices: [Completion]) { (TextRange(0, 0), []) }
    func highlights(of text: String) -> [(range: TextRange, style: TextStyle)] { [] }
    func interrupt() { isStopped.store(true, ordering: .relaxed) }
}

@Suite struct InterruptWatchTests {
    @Test func `Ctrl-C reaches what runs within 100 milliseconds, and is not for what does not run`() {
        let conversation = Patient()
        let watch = InterruptWatch(conversation)
        kill(getpid(), SIGINT)
        usleep(50_000)
        #expect(!conversation.wasStopped)
        let took = watch.whileRunning {
            kill(getpid(), SIGINT)
            return conversation.wait()
        }
        #expect(conversation.wasStopped)
        #expect(took < .milliseconds(100))
    }
}
