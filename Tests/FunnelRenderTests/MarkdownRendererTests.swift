import FunnelModel
import FunnelRender
import Testing

@Suite struct MarkdownRendererTests {
    @Test func `A GitHub table with its foot as a list`() {
        #expect(
            text(MarkdownRenderer().lines(of: Samples.bySource)) == """
                | source      |     leads | conversion |           revenue | cycle (days) |
                | :---------- | --------: | ---------: | ----------------: | -----------: |
                | paid_search |     1,586 |     12.3 % |     61,784,006.50 |         14.7 |
                | تبلیغات     |        60 |      5.0 % |            -12.50 |          0.5 |
                | 日本        |         7 |      0.0 % |              0.00 |            — |
                | (none)      |         0 |          — |              0.00 |            — |
                | **total**   | **1,653** | **12.0 %** | **61,783,994.00** |     **14.2** |

                - 4 rows
                - cohort view, by `leads.created`
                - 12 leads are younger than 30 days
                """)
    }

    @Test func `Pipes and marks of Markdown in data are escaped`() {
        #expect(
            text(MarkdownRenderer().lines(of: Samples.hostile)) == #"""
                | name              | note                  |
                | :---------------- | :-------------------- |
                | ␛\]0;gotcha\\u{7} | a\|b                  |
                | say "hi", twice   | two↵lines⇥and \\ \<b> |
                |                   | —                     |

                - 3 rows
                """#)
    }
}
