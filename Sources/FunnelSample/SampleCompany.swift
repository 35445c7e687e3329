import FunnelModel
import Glibc

/// A company that never was, as large as one likes: leads, deals, stages and costs of the years 2023 to 2025.
///
/// The same number of leads and the same seed give the same bytes on every machine. Leads are written in the order of
/// their creation, in one pass and with the same little memory for any number of them.
package enum SampleCompany {
    /// A file that can't be written.
    package struct Failure: Error, Sendable {
        package var path: String
        package var reason: String
    }

    /// Writes `leads.csv`, `deals.csv`, `stages.csv` and `costs.csv` into a folder, which is made where there is none.
    ///
    /// `progress` hears how many of the leads are written, some hundred times.
    package static func write(
        leads count: Int, seed: UInt64, to folder: String, progress: (_ written: Int, _ all: Int) -> Void = { _, _ in }
    ) throws {
        if mkdir(folder, 0o755) != 0, errno != EEXIST {
            throw Failure(path: folder, reason: String(cString: strerror(errno)))
        }
        var writer = try SampleWriter(count, seed, folder)
        let days = SampleWorld.firstDay...SampleWorld.lastDay
        let total = days.reduce(0) { $0 + SampleWorld.weight($1) }
        var weight = 0
        var written = 0
        for day in days {
            weight += SampleWorld.weight(day)
            let until = Int((Int128(count) * Int128(weight)) / Int128(total))
            try writer.day(day, leads: until - written)
            written = until
            if (day - days.lowerBound) % 10 == 9 || day == days.upperBound { progress(written, count) }
        }
        try writer.finish()
    }
}
