import CEditLine
package import FunnelSession
import Glibc

/// Passes Ctrl-C on to what runs. One to a process.
///
/// The handler of the signal only writes a byte to a pipe; a thread of its own reads it and tells the conversation, at
/// once and however busy the others are. In a script the process ends soon after, whatever keeps the others busy: work that
/// does not look up, such as a regular expression that runs wild or a file that never ends, has nothing to keep there.
package final class InterruptWatch {
    private final class Listener {
        let descriptor: Int32
        let conversation: any Conversation
        let endsProcess: Bool

        init(_ descriptor: Int32, _ conversation: any Conversation, endsProcess: Bool) {
            self.descriptor = descriptor
            self.conversation = conversation
            self.endsProcess = endsProcess
        }

        func listen() {
            var byte: UInt8 = 0
            while true {
                let count = read(descriptor, &byte, 1)
                guard count == 1 else {
                    if count == 0 || errno != EINTR { return }
                    continue
                }
                conversation.interrupt()
                if endsProcess {
                    usleep(InterruptWatch.graceMicroseconds)
                    _exit(130)
                }
            }
        }
    }

    /// How long a script has to say where it was stopped.
    private static let graceMicroseconds: UInt32 = 50_000

    package init(_ conversation: any Conversation, endsProcess: Bool = false) {
        let descriptor = ce_interrupts_start()
        guard descriptor >= 0 else { return }
        let listener = Unmanaged.passRetained(Listener(descriptor, conversation, endsProcess: endsProcess))
        var thread = pthread_t()
        let failed = pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Listener>.fromOpaque(context).takeRetainedValue().listen() }
                return nil
            }, listener.toOpaque())
        if failed == 0 { pthread_detach(thread) } else { listener.release() }
    }

    /// Does something that Ctrl-C stops. Outside of it Ctrl-C is the line editor's.
    package func whileRunning<Result>(_ body: () -> Result) -> Result {
        ce_interrupts_running(1)
        defer { ce_interrupts_running(0) }
        return body()
    }
}
