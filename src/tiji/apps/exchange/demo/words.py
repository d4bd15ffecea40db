"""The words of the demo company. Every person, company and product is invented."""

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪"
    "田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
GIVEN_FIRST = "昊嘉雨子思文志晓明俊梓一可若欣宇浩佳泽书景承允知清远博亦安心以立沐云星语绍启正怀"
GIVEN_SECOND = "然欣鸣薇墨桐言恒辰宁远航涵琪轩睿怡琳彤阳哲萱妍凡宸瑶洋岚川松溪峰莹朗诚畅舟棠衡越"

COINED_FIRST = "澄瑞恒瓯锦浦云天南紫皖江镜虎太泰衢浏海科华嘉远拓芯朗凌卓旭晟翰睿衡泓沃岭峻澜颐启铭钧硕巍浚"
COINED_SECOND = "湖岛江溪晖源达拓航驰川泽岳峰腾达信诺禾微擎翼桥港屿渊域途程冠耀基铂鼎霖辰晶域珩澎"

# (industry code of GB/T 4754, word in the company's name, suffix of a deal's subject)
TRADES = (
    ("C34", "重工", "加工中心联网"),
    ("C34", "阀门", "铸造线监控"),
    ("C35", "精密制造", "产线智控"),
    ("C35", "智能装备", "总装线数采"),
    ("C36", "汽车零部件", "焊装线控制器替换"),
    ("C36", "汽配", "涂装线能耗监测"),
    ("C38", "电气", "变电站边缘控制"),
    ("C38", "新能源", "电芯线边缘控制"),
    ("C39", "半导体", "能源管理平台"),
    ("C39", "电子材料", "涂布线良率看板"),
    ("C27", "制药", "洁净车间能耗监测"),
    ("C27", "生物医药", "冻干线智控"),
    ("C17", "纺织", "织机联网改造"),
    ("C14", "食品", "灌装线智控"),
    ("C26", "化工新材料", "反应釜数采"),
    ("C32", "铜业", "熔炼炉边缘网关"),
    ("C37", "轨道装备", "转向架产线数采"),
    ("C37", "船舶", "分段车间智控"),
    ("C22", "特种纸业", "干燥部节能改造"),
    ("D44", "热电", "机组能效平台"),
    ("G55", "港务", "岸桥边缘控制器"),
    ("K70", "智慧物业", "园区能源管理"),
)
COMPANY_SUFFIXES = ("有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司", "科技有限公司")

CONTACT_TITLES = (
    ("decider", "总经理"),
    ("economic", "财务总监"),
    ("technical", "设备部经理"),
    ("technical", "信息部经理"),
    ("user", "车间主任"),
    ("user", "生产厂长"),
    ("purchasing", "采购经理"),
)

# region code, name, English, [(team code, name, English, team type, [(city division code, city)])], weight
REGIONS = (
    (
        "east",
        "华东大区",
        "East",
        1.5,
        (
            (
                "sunan",
                "苏南组",
                "South Jiangsu",
                "effectiveness",
                (("3205", "苏州"), ("3202", "无锡"), ("3204", "常州")),
            ),
            ("zhejiang", "浙江组", "Zhejiang", "effectiveness", (("3301", "杭州"), ("3302", "宁波"), ("3304", "嘉兴"))),
            ("shanghai", "上海组", "Shanghai", "effectiveness", (("310115", "上海"), ("310114", "上海"))),
            ("subei", "苏北组", "North Jiangsu", "efficiency", (("3201", "南京"), ("3206", "南通"), ("3203", "徐州"))),
        ),
    ),
    (
        "south",
        "华南大区",
        "South",
        1.25,
        (
            ("shenzhen", "深莞组", "Shenzhen", "effectiveness", (("4403", "深圳"), ("4419", "东莞"), ("4413", "惠州"))),
            ("guangfo", "广佛组", "Guangzhou", "effectiveness", (("4401", "广州"), ("4406", "佛山"), ("4404", "珠海"))),
            ("fujian", "福建组", "Fujian", "efficiency", (("3502", "厦门"), ("3501", "福州"), ("3505", "泉州"))),
        ),
    ),
    (
        "north",
        "华北大区",
        "North",
        1.05,
        (
            ("jingjin", "京津组", "Beijing-Tianjin", "effectiveness", (("110108", "北京"), ("120116", "天津"))),
            ("shandong", "山东组", "Shandong", "effectiveness", (("3702", "青岛"), ("3701", "济南"), ("3706", "烟台"))),
            ("hebei", "河北组", "Hebei", "efficiency", (("1301", "石家庄"), ("1302", "唐山"))),
        ),
    ),
    (
        "central",
        "华中大区",
        "Central",
        0.85,
        (
            ("hubei", "湖北组", "Hubei", "effectiveness", (("4201", "武汉"), ("4205", "宜昌"))),
            ("hunan", "湖南组", "Hunan", "effectiveness", (("4301", "长沙"), ("4302", "株洲"))),
            ("anhui", "安徽组", "Anhui", "efficiency", (("3401", "合肥"), ("3402", "芜湖"))),
        ),
    ),
    (
        "southwest",
        "西南大区",
        "Southwest",
        0.75,
        (
            ("chengdu", "成都组", "Chengdu", "effectiveness", (("5101", "成都"), ("5107", "绵阳"))),
            ("chongqing", "重庆组", "Chongqing", "effectiveness", (("500112", "重庆"), ("500107", "重庆"))),
            ("yungui", "云贵组", "Yunnan-Guizhou", "efficiency", (("5301", "昆明"), ("5201", "贵阳"))),
        ),
    ),
    (
        "northwest",
        "西北大区",
        "Northwest",
        0.55,
        (
            ("xian", "西安组", "Xi'an", "effectiveness", (("6101", "西安"), ("6103", "宝鸡"))),
            ("ganning", "甘宁组", "Gansu-Ningxia", "efficiency", (("6201", "兰州"), ("6401", "银川"))),
        ),
    ),
)

# line code, name, English; products: code, name, English, list price, standard cost
LINES = (
    (
        "EC",
        "边缘控制器",
        "Edge controllers",
        (
            ("EC-20", "边缘控制器 EC-20", "Edge controller EC-20", "38000", "23500"),
            ("EC-40", "边缘控制器 EC-40", "Edge controller EC-40", "80000", "50400"),
            ("EC-80", "边缘控制器 EC-80 冗余型", "Edge controller EC-80, redundant", "146000", "93000"),
            ("EC-IO", "远程 IO 扩展单元", "Remote I/O unit", "6800", "3900"),
        ),
    ),
    (
        "EM",
        "能源管理平台",
        "Energy management",
        (
            ("EM-S", "能源管理平台 标准版", "Energy platform, standard", "280000", "162000"),
            ("EM-P", "能源管理平台 集团版", "Energy platform, group", "860000", "470000"),
            ("EM-M", "计量网关", "Metering gateway", "12800", "7600"),
        ),
    ),
    (
        "PL",
        "产线智控系统",
        "Line control",
        (
            ("PL-D", "产线数采套件", "Line data kit", "168000", "104000"),
            ("PL-Y", "良率看板", "Yield board", "98000", "52000"),
            ("PL-C", "产线智控系统", "Line control system", "520000", "338000"),
            ("SV-1", "实施与培训(人天)", "Implementation and training, per day", "10000", "7200"),
        ),
    ),
)

RIVALS = ("启衡自动化", "远桥控制", "北仑智造", "鸿拓科技", "安泊能源")
PURPOSES = ("方案沟通", "高层引荐", "商务谈判", "回款", "关系维护", "需求调研", "现场勘查")
NEXT_STEPS = (
    "约设备部确认点位清单",
    "提交二版方案与报价",
    "安排样机测试",
    "约财务总监谈付款条件",
    "请产品经理参加技术交流",
    "发同行业案例",
    "邀请客户参观样板工厂",
    "确认招标时间表",
    "走合同会签",
    "约总经理高层拜访",
)
VISIT_NOTES = (
    "客户确认了产线清单，希望月底前看到方案。",
    "设备部关心停机时间，要求分批切换。",
    "采购提出价格异议，要求对比两家。",
    "厂长介绍了去年停机损失，约 38 万每月。",
    "信息部担心数据口径，要求先做试点。",
    "财务希望付款改为三五二，质保延长到两年。",
    "现场走线条件确认，缺一段桥架。",
    "客户内部预算已批，等技术评审会。",
)
