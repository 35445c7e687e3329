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

    /// Opens the engine of an address, for reading: a file is not made, nor changed.
    func opened(_ name: EngineName, in source: Source, folder: String) throws(Diagnostic) -> RemoteEngine {
        let problem: ADBCError
        do throws(ADBCError) {
            let address = try address(name, folder)
            if let file = address.file, !Files.exists(file) { throw .noFile(address.shown, near: Files.nearest(file)) }
            if let known = engines.first(where: { $0.canStand(for: address) }) { return known }
            return try RemoteEngine.open(address, DriverSearch(environment: configuration.environment), secret: configuration.secret)
        } catch {
            problem = error
        }
        throw Diagnostic.connection(problem, Secrets.masked(name.text)).placed(in: source, at: name.place.range)
    }

    /// Opens the engine of an address for writing: a file that is not there is made. Whoever has read the file lets go of it, and
    /// opens it again when it is next asked.
    func openedForWriting(_ name: EngineName, in source: Source, folder: String) throws(Diagnostic) -> (engine: RemoteEngine, isNew: Bool) {
        let problem: ADBCError
        do throws(ADBCError) {
            let address = try address(name, folder)
            let isNew = address.file.map { !Files.exists($0) } ?? false
            for engine in engines where engine.hasOpen(address) { engine.letGo() }
            let search = DriverSearch(environment: configuration.environment)
            return (try RemoteEngine.open(address, search, access: .writing, secret: configuration.secret), isNew)
        } catch {
            problem = error
        }
        throw Diagnostic.connection(problem, Secrets.masked(name.text)).placed(in: source, at: name.place.range)
    }

    /// Whether an address, however it is written, is that of an engine.
    func isAddress(_ name: EngineName, of engine: RemoteEngine, folder: String) -> Bool {
        guard let address = try? address(name, folder) else { return false }
        return engine.address == address || engine.hasOpen(address)
    }

    private func address(_ name: EngineName, _ folder: String) throws(ADBCError) -> EngineAddress {
        try EngineAddress(name.text, resolve: { Files.resolve($0, from: folder) }, environment: configuration.environment)
    }

    /// All engines that are open for reading.
    private var engines: [RemoteEngine] {
        [connected].compactMap { $0 } + bound.values.map(\.engine) + rehearsed.engines.values + rehearsed.tables.values.map(\.engine)
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
