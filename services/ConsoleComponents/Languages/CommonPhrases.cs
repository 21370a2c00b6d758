namespace ConsoleComponents.Languages;

/// <summary>The texts of the components themselves.</summary>
public static class CommonPhrases
{
    public static readonly Phrase SkipToContent = new("Skip to the content", "本文へ移動");
    public static readonly Phrase Navigation = new("Pages", "ページ一覧");
    public static readonly Phrase OpenNavigation = new("Show or hide the list of pages", "ページ一覧の表示を切り替える");
    public static readonly Phrase Language = new("Language", "言語");
    public static readonly Phrase Light = new("Light theme", "ライトテーマ");
    public static readonly Phrase Dark = new("Dark theme", "ダークテーマ");
    public static readonly Phrase Reconnecting = new(
        "The connection to the console was lost. Connecting again…",
        "コンソールとの接続が切れました。再接続しています…"
    );
    public static readonly Phrase Loading = new("Loading…", "読み込み中…");
    public static readonly Phrase Payload = new("Payload", "内容");
    public static readonly Phrase Started = new("Started", "開始");
    public static readonly Phrase Ended = new("Ended", "終了");
    public static readonly Phrase Took = new("Took", "所要時間");
    public static readonly Phrase Attempts = new("Attempts", "試行回数");
    public static readonly Phrase Undoing = new("Compensation", "補償処理");
    public static readonly Phrase NoData = new("No data yet", "まだデータがありません");
    public static readonly Phrase Now = new("now", "今");
    public static readonly Phrase SecondsOld = new("{0} s", "{0} 秒");
    public static readonly Phrase MinutesOld = new("{0} min", "{0} 分");
    public static readonly Phrase HoursOld = new("{0} h", "{0} 時間");
    public static readonly Phrase DaysOld = new("{0} d", "{0} 日");
}
