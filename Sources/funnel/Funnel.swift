@main struct Funnel { static func main() {} }
