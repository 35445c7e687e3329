/// The built-in KPIs, as they are written in `kpis.funnel`.
package enum KPIs {
    package static let fileName = "kpis.funnel"
    package static var text: String { String(decoding: PackageResources.kpis_funnel, as: UTF8.self) }
}
