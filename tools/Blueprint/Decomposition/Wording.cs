namespace Blueprint.Decomposition;

/// <summary>What the table says, in the two languages of the design guidelines.</summary>
internal sealed record Wording(string Candidate, string Capability, string Score, string Recommendation, string Reasons, string Split, string Keep, Func<Reason, string> Of)
{
    public static readonly Wording English = new("candidate", "capability", "score", "recommendation", "reasons", "split", "keep together", reason => reason switch
    {
        Reason.BusinessCapability => "a clear business capability",
        Reason.AutonomousTeam => "an autonomous team",
        Reason.EventualConsistency => "eventual consistency is enough",
        Reason.HighChangeFrequency => "it changes often",
        Reason.FreedomOfTechnology => "another technology would help",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    });

    public static readonly Wording Japanese = new("候補", "ビジネス能力", "スコア", "判定", "理由", "分割推奨", "モノリス維持推奨", reason => reason switch
    {
        Reason.BusinessCapability => "明確なビジネス能力が定義されている",
        Reason.AutonomousTeam => "自律的なチームが存在する",
        Reason.EventualConsistency => "結果整合性で問題ない",
        Reason.HighChangeFrequency => "変更頻度が高い",
        Reason.FreedomOfTechnology => "異なる技術スタックの利点がある",
        _ => throw new ArgumentOutOfRangeException(nameof(reason)),
    });
}
