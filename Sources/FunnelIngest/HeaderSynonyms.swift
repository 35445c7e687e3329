import FunnelModel

/// The headers under which the roles are known, best first: generic names, those of HubSpot, Salesforce, Pipedrive and
/// Zoho, and Persian ones. Case, spaces, `_` and punctuation do not matter.
enum HeaderSynonyms {
    /// When a header alone is not enough.
    enum Condition: Sendable {
        case none
        /// Only where some of the texts mean a closed deal: a `Stage` column may hold anything.
        case holdsClosedState
        /// Only where all of the texts mean a state.
        case holdsOnlyStates
    }

    struct Row: Sendable {
        var role: ColumnRole
        var names: [String]
        var condition = Condition.none
    }

    /// Prefixes of a table's own headers: Pipedrive's `Deal - Value`, `Lead - Title`.
    static func prefixes(_ table: TableRole) -> [String] {
        switch table {
        case .leads: ["lead_", "contact_"]
        case .deals: ["deal_", "opportunity_"]
        case .stages: ["stage_"]
        case .costs: ["cost_"]
        }
    }

    /// In the order in which the roles choose.
    static func rows(_ table: TableRole) -> [Row] {
        switch table {
        case .leads: leads
        case .deals: deals
        case .stages: stages
        case .costs: costs
        }
    }

    private static func words(_ text: String) -> [String] { text.split(whereSeparator: \.isWhitespace).map(String.init) }

    private static let created = words(
        """
        created created_at create_date created_date date_created creation_date created_time created_on lead_created deal_created
        add_time date_added added_on added_at date_entered registered_at registration_date registered signup_date sign_up_date
        signed_up_at inquiry_date enquiry_date first_contact_date first_contact submitted_at submission_date open_date opened_at
        opened engage_date created_timestamp createdate date_of_creation start_date became_a_lead_date first_seen timestamp
        date_time datetime date time
        تاریخ_ایجاد زمان_ایجاد ایجاد_شده تاریخ_ثبت زمان_ثبت ایجاد تاریخ_ورود تاریخ_تماس تاریخ
        """)

    private static let source = words(
        """
        source lead_source deal_source origin utm_source channel source_channel marketing_channel acquisition_channel
        acquisition_source traffic_source original_source original_traffic_source original_source_type latest_source
        latest_traffic_source source_origin lead_origin campaign_source medium_source referrer
        منبع منبع_سرنخ کانال منبع_ورودی کانال_ورودی مبدا مبدأ منشأ نحوه_آشنایی روش_آشنایی
        """)

    private static let owner = words(
        """
        owner lead_owner deal_owner opportunity_owner contact_owner record_owner owner_name sales_rep sales_representative
        salesrep rep rep_name sales_agent salesperson sales_person account_executive account_manager account_owner assigned_to
        assignee agent responsible responsible_user sr_id owner_id
        مسئول مالک کارشناس کارشناس_فروش مسئول_فروش مسئول_پیگیری فروشنده نام_کارشناس مسول
        """)

    private static let leads: [Row] = [
        Row(
            role: .id,
            names: words(
                """
                id lead_id contact_id record_id mql_id prospect_id lead_record_id lead_number lead_no record_id_contact
                hs_object_id person_id visitor_id user_id uuid guid key
                شناسه شناسه_سرنخ شناسه_لید کد_سرنخ کد_لید کد شماره_سرنخ شماره
                """)),
        Row(role: .created, names: created),
        Row(role: .source, names: source),
        Row(role: .owner, names: owner),
        Row(
            role: .qualified,
            names: words(
                """
                qualified qualified_at qualified_date date_qualified qualified_on qualification_date is_qualified mql_date
                became_a_marketing_qualified_lead_date became_a_sales_qualified_lead_date date_entered_marketing_qualified_lead
                marketing_qualified_date sales_qualified_date sql_date is_mql mql converted_date
                واجد_شرایط تاریخ_واجد_شرایط_شدن تاریخ_تأیید تاریخ_تایید صلاحیت
                """)),
    ]

    private static let deals: [Row] = [
        Row(
            role: .id,
            names: words(
                """
                id deal_id opportunity_id record_id deal_record_id record_id_deal opportunity_number deal_number hs_object_id
                شناسه شناسه_معامله شناسه_فرصت کد_معامله شماره_معامله
                """)),
        Row(
            role: .lead,
            names: words(
                """
                lead lead_id mql_id contact_id prospect_id lead_record_id original_lead_id converted_lead_id contact_record_id
                associated_contact_id associated_contact_ids contact_name_id person_id lead_no lead_number
                شناسه_سرنخ شناسه_لید سرنخ لید کد_سرنخ
                """)),
        Row(role: .created, names: created),
        // What only won deals have comes last: lost ones would stand in no month.
        Row(
            role: .closed,
            names: words(
                """
                close_date closed_date closed_at closed_on date_closed closing_date close_time closed_time deal_closed_on
                actual_close_date closedate closed_timestamp closed won_date won_at won_time date_won closed_won_date
                تاریخ_بستن تاریخ_بسته_شدن زمان_بستن تاریخ_فروش تاریخ_قرارداد تاریخ_خرید
                """)),
        Row(
            role: .status,
            names: words(
                """
                status deal_status state deal_state opportunity_status outcome deal_outcome result وضعیت وضعیت_معامله
                نتیجه
                """)),
        Row(
            role: .status,
            names: words(
                """
                stage deal_stage opportunity_stage stage_name dealstage sales_stage pipeline_stage مرحله
                مرحله_معامله مرحله_فروش
                """),
            condition: .holdsClosedState),
        Row(role: .status, names: words("is_closed_won is_won won closed_won"), condition: .holdsOnlyStates),
        Row(
            role: .amount,
            names: words(
                """
                amount deal_amount value deal_value opportunity_amount amount_in_company_currency close_value revenue deal_size
                total_amount contract_value order_value total_value total price sales_amount tcv acv arr mrr
                declared_monthly_revenue monthly_revenue annual_revenue
                مبلغ مبلغ_معامله مبلغ_کل مبلغ_قرارداد ارزش ارزش_معامله درآمد قیمت
                """)),
        Row(
            role: .customer,
            names: words(
                """
                customer customer_id customer_name account account_id account_name company company_id company_name
                associated_company_id associated_company_ids associated_company associated_company_primary
                organization organization_id organization_name organisation client client_id client_name buyer seller_id
                مشتری شناسه_مشتری نام_مشتری شرکت نام_شرکت خریدار
                """)),
        Row(role: .owner, names: owner),
        Row(
            role: .product,
            names: words(
                """
                product product_name product_id product_code item item_name plan plan_name package sku service products
                محصول نام_محصول کالا خدمت سرویس پلن
                """)),
        Row(role: .source, names: source),
    ]

    private static let stages: [Row] = [
        Row(
            role: .lead,
            names: words(
                """
                lead lead_id contact_id mql_id prospect_id record_id lead_record_id person_id id
                شناسه_سرنخ شناسه_لید سرنخ لید کد_سرنخ شناسه
                """)),
        Row(
            role: .stage,
            names: words(
                """
                stage stage_name new_stage to_stage lifecycle_stage lead_stage new_value status lead_status step phase event state
                مرحله نام_مرحله وضعیت
                """)),
        Row(
            role: .entered,
            names: words(
                """
                entered entered_at entered_on entered_date date_entered entry_date stage_date changed_at changed_on change_date
                edit_date moved_at started_at start_date occurred_at event_time event_date timestamp created_at created_date
                created date_time datetime date time
                تاریخ_ورود زمان_ورود تاریخ_تغییر تاریخ زمان
                """)),
    ]

    private static let costs: [Row] = [
        Row(
            role: .date,
            names: words(
                """
                date day cost_date spend_date reporting_starts date_start start_date week_start month period
                timestamp تاریخ روز تاریخ_هزینه
                """)),
        Row(
            role: .amount,
            names: words(
                """
                amount cost spend spent amount_spent total_cost total_spend ad_spend media_cost expense
                expenses value هزینه مبلغ مبلغ_هزینه
                """)),
        Row(role: .source, names: source + words("platform network ad_network")),
        Row(
            role: .campaign,
            names: words(
                """
                campaign campaign_name utm_campaign ad_campaign campaign_id کمپین نام_کمپین کارزار
                """)),
        Row(
            role: .kind,
            names: words(
                """
                kind type cost_type cost_kind expense_type category department team نوع نوع_هزینه دسته
                """)),
    ]
}
