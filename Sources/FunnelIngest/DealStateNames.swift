import FunnelModel
import FunnelText

/// What the texts of a status column mean.
enum DealStateNames {
    /// The state that a text means by itself, or nil. Case, spaces and punctuation do not matter.
    static func state(_ text: String) -> DealState? { known[HeaderRecognition.squeezed(text)] }

    private static let known: [String: DealState] = {
        var known: [String: DealState] = [:]
        for (state, names) in [(DealState.won, won), (.lost, lost), (.open, open)] {
            for name in names.split(separator: ",") { known[HeaderRecognition.squeezed(String(name))] = state }
        }
        return known
    }()

    private static let won = """
        won,closed won,closedwon,close won,win,wins,success,successful,sold,paid,won deal,deal won,closed (won),won - closed,\
        signed,contract signed,true,yes,y,t,1,purchased,customer won,\
        برنده,موفق,برنده شده,فروخته شده,پرداخت شده,بسته شده موفق,بله
        """

    private static let lost = """
        lost,closed lost,closedlost,close lost,lose,loss,dead,disqualified,failed,failure,unqualified,rejected,declined,\
        deal lost,lost deal,closed (lost),lost - closed,closed lost to competition,closed-lost to competition,no deal,\
        cancelled,canceled,abandoned,false,no,n,f,0,\
        باخته,ناموفق,از دست رفته,باخت,لغو شده,رد شده,شکست خورده,خیر
        """

    private static let open = """
        open,opened,new,pending,in progress,inprogress,active,working,ongoing,prospecting,prospect,qualification,qualified,\
        needs analysis,value proposition,id. decision makers,identify decision makers,perception analysis,proposal,\
        proposal made,proposal sent,proposal/price quote,price quote,quote,quote sent,negotiation,negotiation/review,\
        negotiations started,in negotiation,appointment scheduled,qualified to buy,presentation scheduled,\
        decision maker bought-in,decision maker bought in,contract sent,engaging,demo,demo scheduled,contact made,lead in,\
        discovery,evaluation,commit,on hold,\
        باز,در جریان,در حال انجام,جدید,در حال بررسی,در انتظار,مذاکره,پیشنهاد,در حال پیگیری,فعال
        """
}
