// FunnelPlan
