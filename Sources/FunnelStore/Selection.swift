/// Exact order statistics without a full sort.
package enum Selection {
    /// Puts the k-th smallest value (from 0) at index k, smaller ones before it and larger ones behind: Hoare's
    /// quickselect, with the median of three as pivot.
    package static func select(_ values: UnsafeMutablePointer<Int64>, _ count: Int, _ k: Int) -> Int64 {
        precondition(k >= 0 && k < count)
        var low = 0
        var high = count - 1
        while high - low > 24 {
            let middle = low + (high - low) / 2
            if values[middle] < values[low] { swap(values, middle, low) }
            if values[high] < values[low] { swap(values, high, low) }
            if values[high] < values[middle] { swap(values, high, middle) }
            let pivot = values[middle]
            var i = low
            var j = high
            while i <= j {
                while values[i] < pivot { i &+= 1 }
                while values[j] > pivot { j &-= 1 }
                if i <= j {
                    swap(values, i, j)
                    i &+= 1
                    j &-= 1
                }
            }
            if k <= j { high = j } else if k >= i { low = i } else { return values[k] }
        }
        if low < high {
            for i in (low + 1)...high {
                let value = values[i]
                var j = i
                while j > low, values[j - 1] > value {
                    values[j] = values[j - 1]
                    j -= 1
                }
                values[j] = value
            }
        }
        return values[k]
    }

    @inline(__always)
    private static func swap(_ values: UnsafeMutablePointer<Int64>, _ i: Int, _ j: Int) {
        let held = values[i]
        values[i] = values[j]
        values[j] = held
    }

    /// The two closest ranks of a percentile (in thousandths) and how far between them it lies: type 7. Nil of no values.
    package static func percentile(_ values: UnsafeMutablePointer<Int64>, _ count: Int, thousandths: Int) -> (low: Int64, high: Int64, fraction: Double)? {
        guard count > 0 else { return nil }
        let position = (count - 1) * thousandths
        let k = position / 1000
        let fraction = Double(position % 1000) / 1000
        let low = select(values, count, k)
        guard fraction > 0, k + 1 < count else { return (low, low, 0) }
        var high = values[k + 1]
        for index in (k + 1)..<count { high = min(high, values[index]) }
        return (low, high, fraction)
    }
}
