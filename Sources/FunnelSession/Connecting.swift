import FunnelADBC
import FunnelArrow
import FunnelBinder
import FunnelIngest
import FunnelModel
import FunnelSQL
import FunnelStore
import FunnelSyntax
import FunnelText

/// `connect`, and the engine to which later statements speak.
extension Session {
    func connect(_ name: EngineName, in source: Source, folder: String) throws(Diagnostic) {
        guard !configuration.isSafe else { throw Diagnostic.safeMode.placed(in: source, at: name.place.range) }
        let known = rehearsed.engines.removeValue(forKey: name.text)
        let engine = if let known { known } else { try opened(name, in: source, folder: folder) }
        connected = engine
        emit(.connected(engine: engine.address.shown, version: engine.versionText))
    }

    /// Opens the engine of an address. `creates`: a file that is not there is made.
    func opened(_ name: EngineName, in source: Source, folder: String, creates: Bool = false) throws(Diagnostic) -> RemoteEngine {
        let problem: ADBCError
        do throws(ADBCError) {
            let address = try EngineAddress(name.text, resolve: { Files.resolve($0, from: folder) }, environment: configuration.environment)
            if !creates, let file = address.file, !Files.exists(file) { throw .noFile(address.shown, near: Files.nearest(file)) }
            return try RemoteEngine.open(address, DriverSearch(environment: configuration.environment), secret: configuration.secret)
        } catch {
            problem = error
        }
        throw Diagnostic.connection(problem, Secrets.masked(name.text)).placed(in: source, at: name.place.range)
    }

    /// `--engine URL`: the first thing of a session. Returns the exit status.
    package func connect(to address: String) -> Int32 {
        status = 0
        let source = Source(name: "--engine", text: address)
        do throws(Diagnostic) {
            let engine = try opened(EngineName(text: address, place: Place(source.range)), in: source, folder: configuration.folder)
            connected = engine
            emit(.connected(engine: engine.address.shown, version: engine.versionText))
        } catch {
            report(error)
        }
        return status
    }
}
