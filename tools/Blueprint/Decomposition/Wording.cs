namespace Blueprint.Decomposition;

/// <summary>The texts of the report, in the two languages of the design guidelines.</summary>
internal sealed record Wording
{
    public required string Contexts { get; init; }
    public required string DataHead { get; init; }
    public required string Drawing { get; init; }
    public required string CutsHead { get; init; }
    public required string TogetherHead { get; init; }
    public required string EdgeHead { get; init; }
    public required string Edge { get; init; }
    public required string Context { get; init; }
    public required string Modules { get; init; }
    public required string Capability { get; init; }
    public required string Verdict { get; init; }
    public required string Points { get; init; }
    public required string Responsibilities { get; init; }
    public required string Invariants { get; init; }
    public required string Owns { get; init; }
    public required string SpeaksForIt { get; init; }
    public required string Doubts { get; init; }
    public required string Datum { get; init; }
    public required string Owner { get; init; }
    public required string Database { get; init; }
    public required string Readers { get; init; }
    public required string Cut { get; init; }
    public required string Crosses { get; init; }
    public required string Reasons { get; init; }
    public required string Parts { get; init; }
    public required string Why { get; init; }
    public required string Until { get; init; }
    public required string Service { get; init; }
    public required string Rest { get; init; }
    public required string And { get; init; }
    public required string Sync { get; init; }
    public required string Events { get; init; }
    public required Func<string, string> KeptIn { get; init; }
    public required Func<Finding, IReadOnlyList<string>, string> Words { get; init; }

    public string Of(Remark remark) =>
        remark.Points > 0 ? $"{Words(remark.Finding, remark.Arguments)} (+{remark.Points})" : Words(remark.Finding, remark.Arguments);

    public static Wording In(string language) => language == "ja" ? Japanese : English;

    public static readonly Wording English = new()
    {
        Contexts = "Bounded contexts",
        DataHead = "Data ownership",
        Drawing = "Dependencies",
        CutsHead = "The cuts, and why",
        TogetherHead = "What to keep together, and until when",
        EdgeHead = "Edge",
        Edge = "An edge forwards and decides nothing. It runs apart because it faces the outside; the checklist does not apply to it.",
        Context = "context",
        Modules = "modules",
        Capability = "capability",
        Verdict = "verdict",
        Points = "points",
        Responsibilities = "Responsible for",
        Invariants = "Invariants, each within one transaction",
        Owns = "Owns",
        SpeaksForIt = "Speaks for a service",
        Doubts = "Doubts",
        Datum = "data",
        Owner = "owner, who alone writes it",
        Database = "database",
        Readers = "others get it",
        Cut = "cut",
        Crosses = "what crosses it",
        Reasons = "why it holds",
        Parts = "parts",
        Why = "why",
        Until = "until",
        Service = "service",
        Rest = "the monolith",
        And = " and ",
        Sync = "calls",
        Events = "consumes events",
        KeptIn = unit => $"kept in {unit}",
        Words = InEnglish,
    };

    public static readonly Wording Japanese = new()
    {
        Contexts = "境界づけられたコンテキスト",
        DataHead = "データの所有",
        Drawing = "依存関係",
        CutsHead = "分割線とその理由",
        TogetherHead = "一緒に残すものと、その期限",
        EdgeHead = "エッジ",
        Edge = "エッジは転送するだけで、何も決定しません。外部に面するため別に動かしますが、チェックリストの対象ではありません。",
        Context = "コンテキスト",
        Modules = "モジュール",
        Capability = "ビジネス能力",
        Verdict = "判定",
        Points = "スコア",
        Responsibilities = "責務",
        Invariants = "不変条件(それぞれ 1 つのトランザクション内)",
        Owns = "所有データ",
        SpeaksForIt = "分割の理由",
        Doubts = "懸念",
        Datum = "データ",
        Owner = "所有者(書き込みは所有者のみ)",
        Database = "データベース",
        Readers = "他のコンテキストの取得方法",
        Cut = "分割線",
        Crosses = "分割線をまたぐもの",
        Reasons = "分割の根拠",
        Parts = "対象",
        Why = "理由",
        Until = "期限",
        Service = "サービスとして分割",
        Rest = "モノリス",
        And = "と",
        Sync = "呼び出し",
        Events = "イベントの購読",
        KeptIn = unit => $"{unit} に残す",
        Words = InJapanese,
    };

    private static string InEnglish(Finding finding, IReadOnlyList<string> a) =>
        finding switch
        {
            Finding.BusinessCapability => "a clear business capability",
            Finding.AutonomousTeam => "an autonomous team",
            Finding.OwnData => "data of its own",
            Finding.EventualConsistency => "eventual consistency is enough",
            Finding.HighChangeFrequency => "it changes often",
            Finding.HighLoad => "it has to scale apart from the others",
            Finding.FreedomOfTechnology => "another technology would help",
            Finding.NoCapability => "nobody has named a business capability; without one it is a technical layer, not a context",
            Finding.NoData => "it owns no data: others call it for a calculation, which a library can do",
            Finding.LooksLikeAnEdge => "it owns no data and nothing depends on it; say `edge: true` if it only forwards",
            Finding.NoInvariants => "no invariant is named; without rules of its own it is a table, not a context",
            Finding.SmallTeam => $"{a[0]} people would run it; {a[1]} are needed for a service that has to be on call",
            Finding.DependentTeam => "its team does not decide alone, so releases will wait for others",
            Finding.SharedTeam => $"team '{a[0]}' has {a[1]} contexts, so {a[2]} people are counted for each",
            Finding.SeveralTeams => $"{a[0]} teams work in it and have to agree; give it to one",
            Finding.StrongWithoutPartner =>
                $"'{a[0]}' needs strong consistency, and `consistency` does not say with what; if all of it is within the "
                    + "context, say false",
            Finding.Calls => $"{a[0]} calls {a[1]}",
            Finding.Consumes => $"{a[0]} consumes events of {a[1]}",
            Finding.Reads => a.Count > 2
                ? $"{a[0]} reads `{a[2]}` of {a[1]}"
                : $"{a[0]} reads it directly today: through an API of {a[1]}, or a copy kept by its events",
            Finding.SagaStep => $"a step of a saga, undone by: {a[0]}",
            Finding.AgreesLater => "both agree later, by events",
            Finding.OtherCapability => $"{a[0]} and {a[1]} are different capabilities, with words and reasons to change of their own",
            Finding.OwnDecisions => "each decides about its own data alone",
            Finding.SeldomChangedTogether => $"only {a[0]} % of changes touch both",
            Finding.OtherTeams => $"teams '{a[0]}' and '{a[1]}' release without waiting for each other",
            Finding.OtherLoad => $"{a[0]} scales alone",
            Finding.OftenChangedTogether => $"{a[0]} % of changes touch both, and each of them would be two releases",
            Finding.StrongAcrossTheCut => $"{(a[0].Length > 0 ? a[0] : "both change in one transaction today")}, "
                + $"but with a saga the state in between is visible until the last step or the undoing"
                + $"{(a[1].Length > 0 ? $" ({a[1]})" : "")}",
            Finding.ChattyCalls =>
                $"{a[0]} calls {a[1]} {a[2]} times a request: one coarse call, or a copy kept by events, has to come first",
            Finding.ForeignData => $"{a[0]} reads `{a[2]}` in the tables of {a[1]}, which has to end before the cut",
            Finding.Circle => $"calls go in a circle ({a[0]}): if one is down, all are. Turn one of the calls into an event",
            Finding.OneTransaction => a[0].Length > 0
                ? $"one transaction, and nothing can undo half of it: {a[0]}"
                : "one transaction, and nothing can undo half of it",
            Finding.ChangedTogether => $"{a[0]} % of changes touch both",
            Finding.SameCapability => $"one capability: {a[0]}",
            Finding.TooFewPoints => $"{a[0]} of {a[1]} points speak for a service",
            Finding.UntilUndone =>
                "the business names a step that undoes one side (`undo`), or accepts that both agree later (`needs: eventual`)",
            Finding.UntilChangedApart => $"less than {a[0]} % of changes touch both",
            Finding.UntilOwnCapability => "the business speaks of them as two capabilities",
            Finding.UntilEnoughPoints => $"the score has risen by {a[0]}, by any of:",
            _ => throw new ArgumentOutOfRangeException(nameof(finding)),
        };

    private static string InJapanese(Finding finding, IReadOnlyList<string> a) =>
        finding switch
        {
            Finding.BusinessCapability => "明確なビジネス能力が定義されている",
            Finding.AutonomousTeam => "自律的なチームが存在する",
            Finding.OwnData => "独自のデータを所有している",
            Finding.EventualConsistency => "結果整合性で問題ない",
            Finding.HighChangeFrequency => "変更頻度が高い",
            Finding.HighLoad => "独立したスケーリングが必要",
            Finding.FreedomOfTechnology => "異なる技術スタックの利点がある",
            Finding.NoCapability => "ビジネス能力が定義されていない。技術的な層であり、コンテキストではない可能性がある",
            Finding.NoData => "データを所有していない。計算だけならライブラリで足りる",
            Finding.LooksLikeAnEdge => "データを所有せず、依存されてもいない。転送だけなら `edge: true` とする",
            Finding.NoInvariants => "不変条件が定義されていない。規則がなければ単なるテーブルである",
            Finding.SmallTeam => $"担当は {a[0]} 人。サービスの運用には {a[1]} 人が必要",
            Finding.DependentTeam => "チームが単独で決定できず、リリースが他を待つ",
            Finding.SharedTeam => $"チーム「{a[0]}」は {a[1]} 個のコンテキストを担当し、1 つにつき {a[2]} 人と数える",
            Finding.SeveralTeams => $"{a[0]} つのチームが関わり、合意が必要。1 つのチームに任せる",
            Finding.StrongWithoutPartner =>
                $"「{a[0]}」は強い整合性を必要とするが、相手が `consistency` にない。コンテキスト内だけなら false とする",
            Finding.Calls => $"{a[0]} が {a[1]} を呼び出す",
            Finding.Consumes => $"{a[0]} が {a[1]} のイベントを購読する",
            Finding.Reads => a.Count > 2
                ? $"{a[0]} が {a[1]} の `{a[2]}` を読む"
                : $"{a[0]} が現在は直接読んでいる。{a[1]} の API か、イベントで保つ複製に替える",
            Finding.SagaStep => $"Saga のステップ。補償: {a[0]}",
            Finding.AgreesLater => "イベントにより後から整合する",
            Finding.OtherCapability => $"{a[0]}と{a[1]}は別のビジネス能力であり、用語も変更理由も異なる",
            Finding.OwnDecisions => "それぞれが自分のデータを単独で決定する",
            Finding.SeldomChangedTogether => $"両方に及ぶ変更は {a[0]} % だけ",
            Finding.OtherTeams => $"チーム「{a[0]}」と「{a[1]}」は互いを待たずにリリースできる",
            Finding.OtherLoad => $"{a[0]} は単独でスケールする",
            Finding.OftenChangedTogether => $"変更の {a[0]} % が両方に及び、そのたびに 2 つのリリースが必要になる",
            Finding.StrongAcrossTheCut => $"{(a[0].Length > 0 ? a[0] : "現在は 1 つのトランザクションで変更している")}。"
                + $"Saga では最後のステップか補償{(a[1].Length > 0 ? $"({a[1]})" : "")}まで途中の状態が見える",
            Finding.ChattyCalls =>
                $"{a[0]} は 1 リクエストにつき {a[1]} を {a[2]} 回呼び出す。先に 1 回の粗い呼び出しか、イベントで保つ複製にする",
            Finding.ForeignData => $"{a[0]} が {a[1]} のテーブルの `{a[2]}` を読んでいる。分割の前にやめる",
            Finding.Circle => $"呼び出しが循環している({a[0]})。1 つが停止すると全部が停止する。どれかをイベントに替える",
            Finding.OneTransaction => a[0].Length > 0
                ? $"1 つのトランザクションであり、片方だけを取り消せない: {a[0]}"
                : "1 つのトランザクションであり、片方だけを取り消せない",
            Finding.ChangedTogether => $"変更の {a[0]} % が両方に及ぶ",
            Finding.SameCapability => $"同じビジネス能力: {a[0]}",
            Finding.TooFewPoints => $"分割のスコアは {a[1]} 点中 {a[0]} 点",
            Finding.UntilUndone => "片方を取り消すステップ(`undo`)が決まるか、後からの整合(`needs: eventual`)が認められるまで",
            Finding.UntilChangedApart => $"両方に及ぶ変更が {a[0]} % を下回るまで",
            Finding.UntilOwnCapability => "業務で 2 つの能力として扱われるまで",
            Finding.UntilEnoughPoints => $"次からあと {a[0]} 点を得るまで:",
            _ => throw new ArgumentOutOfRangeException(nameof(finding)),
        };
}
