"""What people write when they move a candidacy; invented, in the words of the office."""

WITHDRAWN_EARLY = (
    "主营产品与技术领域不符，暂不培育",
    "无自有知识产权，近期无申请计划",
    "企业暂无申报意愿",
    "研发费用未归集，企业表示明年再看",
    "成立不满一年，暂缓",
    "联系三次未回复，先退出",
)
WITHDRAWN_LATE = (
    "研发投入连续两年不达标，企业放弃申报",
    "科技人员占比不足，暂停培育",
    "经营调整，研发项目停止",
    "企业决定先做专精特新，暂不申报",
)
NOT_PASSED = (
    "专家评审 68 分：知识产权与主要产品关联不足",
    "专家评审 65 分：成果转化材料不完整",
    "研发费用占比不足，专项审计未通过",
    "高新收入占比低于 60%",
    "科技人员占比按全年月平均不足 10%",
    "材料前后数据不一致，退回",
)
MOVED_OUT = (
    "注册地迁往余杭区",
    "注册地迁往临平区",
    "注册地迁往钱塘区",
    "总部迁往上城区",
    "随母公司迁往滨江区",
)
CLOSED = ("企业注销", "吊销营业执照", "被吸收合并后注销")
REVOKED = {
    "hnte": ("复核不符合认定条件，取消资格", "累计两年未填报年报，取消资格"),
    "ptsme": ("不再符合省科小条件，撤销",),
}
MISTAKE = ("点错企业，撤回", "与同名企业混淆，撤回", "日期录错，撤回重记", "阶段选错，撤回")
WRONGLY = {"withdrawn": "企业来电表示放弃", "serve": "已对接，纳入服务"}
TRANSFERS = (
    "办公地搬迁，已完成工商变更",
    "租约到期，迁入新址",
    "入驻园区",
    "扩产搬迁",
    "街道边界调整后归属变更",
)
OPENING = "建账时在库"
#: as the services write them, so that pages translate them
STRANGER = "never cultivated here; certified by the official list"
LAPSED = "certificate ended"
RENEWED = "renewed"
RENEWAL_DUE = "certificate ends within the filing year"
