using ConsoleComponents.Languages;

namespace Console.Wording;

/// <summary>The texts of the console's pages.</summary>
public static class Phrases
{
    public static readonly Phrase Title = new("Order platform", "注文プラットフォーム");
    public static readonly Phrase SignOut = new("Sign out", "サインアウト");
    public static readonly Phrase Documentation = new("API documentation", "API ドキュメント");
    public static readonly Phrase Failed = new("Something went wrong on this page", "このページで問題が発生しました");
    public static readonly Phrase FailedDetail = new(
        "The error is in the console's log. Reload the page to go on.",
        "エラーはコンソールのログに記録されました。ページを再読み込みしてください。"
    );
    public static readonly Phrase NotFound = new("There is no such page", "ページが見つかりません");
    public static readonly Phrase NotFoundDetail = new("Choose a page from the list.", "一覧からページを選んでください。");
    public static readonly Phrase NotForYou = new("This page is for operators", "このページはオペレーター専用です");
    public static readonly Phrase NotForYouDetail = new(
        "You are signed in as a customer. Customers see their own orders.",
        "顧客としてサインインしています。顧客は自分の注文だけを見ることができます。"
    );

    public static readonly Phrase Overview = new("Overview", "概要");
    public static readonly Phrase Orders = new("Orders", "注文");
    public static readonly Phrase Order = new("Order", "注文");
    public static readonly Phrase Work = new("Work for people", "人の判断待ち");
    public static readonly Phrase Stock = new("Stock and catalogue", "在庫とカタログ");
    public static readonly Phrase TryIt = new("Try it", "試す");
    public static readonly Phrase SystemTitle = new("System", "システム");

    // Signing in
    public static readonly Phrase SignIn = new("Sign in", "サインイン");
    public static readonly Phrase SignInDevelopment = new(
        "This is a development system: choose who you are.",
        "開発用のシステムです。利用者を選んでください。"
    );
    public static readonly Phrase SignInAsOperator = new("Sign in as an operator", "オペレーターとしてサインイン");
    public static readonly Phrase SignInAsCustomer = new("Sign in as a customer", "顧客としてサインイン");
    public static readonly Phrase SignInWithProvider = new("Sign in with your organisation's account", "組織のアカウントでサインイン");
    public static readonly Phrase SignInImpossible = new(
        "Nobody can sign in: set Identity:Authority to an OpenID Connect provider.",
        "サインインできません。Identity:Authority に OpenID Connect プロバイダーを設定してください。"
    );
    public static readonly Phrase SignInAway = new(
        "The gateway does not answer yet. Try again in a moment.",
        "ゲートウェイがまだ応答していません。少し待ってからもう一度試してください。"
    );
    public static readonly Phrase SignInRefused = new(
        "The gateway refused this name. A name has 1 to 100 characters.",
        "この名前は拒否されました。名前は 1～100 文字です。"
    );
    public static readonly Phrase OperatorName = new("Operator's name", "オペレーター名");
    public static readonly Phrase CustomerId = new("Customer", "顧客");

    // Problems
    public static readonly Phrase Unavailable = new(
        "A service does not answer right now. Nothing was changed by this page; try again in a moment.",
        "サービスが応答していません。このページからは何も変更されていません。少し待ってからもう一度試してください。"
    );
    public static readonly Phrase UnavailableAction = new(
        "A service did not answer. It may or may not have carried this out: look at the state before you repeat it.",
        "サービスが応答しませんでした。実行されたかどうか不明です。もう一度行う前に状態を確認してください。"
    );
    public static readonly Phrase Expired = new(
        "Your session has expired. What you typed is still here.",
        "セッションの有効期限が切れました。入力内容は残っています。"
    );
    public static readonly Phrase SignInAgain = new("Sign in again in a new tab", "新しいタブでサインインし直す");
    public static readonly Phrase ThenContinue = new("I have signed in: continue", "サインインしたので続ける");
    public static readonly Phrase NotRenewed = new(
        "The other tab is not signed in as {0}.",
        "別のタブは {0} としてサインインしていません。"
    );
    public static readonly Phrase Forbidden = new("You may not do this.", "この操作は許可されていません。");
    public static readonly Phrase Missing = new("It is not there (any more).", "見つかりません。");
    public static readonly Phrase Impossible = new("This is no longer possible: {0}", "この操作はもうできません: {0}");
    public static readonly Phrase Refused = new("Refused: {0}", "拒否されました: {0}");
    public static readonly Phrase OrderMissing = new("There is no order “{0}”", "注文「{0}」はありません");
    public static readonly Phrase OrderMissingDetail = new(
        "Check the id. A customer sees only the customer's own orders.",
        "ID を確認してください。顧客は自分の注文だけを見ることができます。"
    );
    public static readonly Phrase TryAgain = new("Try again", "もう一度試す");

    // Orders
    public static readonly Phrase FindById = new("Find by id", "ID で探す");
    public static readonly Phrase OrderId = new("Order id", "注文 ID");
    public static readonly Phrase Open = new("Open", "開く");
    public static readonly Phrase Status = new("Status", "状態");
    public static readonly Phrase Any = new("any", "すべて");
    public static readonly Phrase Saga = new("Saga", "サーガ");
    public static readonly Phrase Since = new("Placed within", "注文時期");
    public static readonly Phrase LastHour = new("the last hour", "1 時間以内");
    public static readonly Phrase LastDay = new("the last day", "1 日以内");
    public static readonly Phrase LastWeek = new("the last week", "1 週間以内");
    public static readonly Phrase Apply = new("Apply", "適用");
    public static readonly Phrase Placed = new("Placed", "注文日時");
    public static readonly Phrase Total = new("Total", "合計");
    public static readonly Phrase NoOrders = new("No orders match.", "該当する注文はありません。");
    public static readonly Phrase Newer = new("Back to the newest", "最新に戻る");
    public static readonly Phrase Older = new("Older orders", "古い注文");

    // States
    public static readonly Phrase Pending = new("pending", "処理中");
    public static readonly Phrase Confirmed = new("confirmed", "確定");
    public static readonly Phrase Cancelled = new("cancelled", "取消済み");
    public static readonly Phrase Cancelling = new("cancelling", "取消中");
    public static readonly Phrase Shipped = new("shipped", "発送済み");
    public static readonly Phrase Delivered = new("delivered", "配達済み");
    public static readonly Phrase Intervention = new("intervention", "介入待ち");
    public static readonly Phrase WaitsForApproval = new("waits for approval", "承認待ち");
    public static readonly Phrase StepDone = new("done", "完了");
    public static readonly Phrase StepFailed = new("failed", "失敗");
    public static readonly Phrase StepCompensated = new("compensated", "補償済み");
    public static readonly Phrase StepPending = new("not yet", "未実行");
    public static readonly Phrase StepSkipped = new("skipped", "スキップ");
    public static readonly Phrase StepResolved = new("resolved by hand", "手作業で解決");
    public static readonly Phrase Orchestration = new("orchestration", "オーケストレーション");
    public static readonly Phrase Choreography = new("choreography", "コレオグラフィ");
    public static readonly Phrase CreateOrder = new("Create the order", "注文の作成");
    public static readonly Phrase ReserveInventory = new("Reserve the goods", "在庫の引当");
    public static readonly Phrase ProcessPayment = new("Take the payment", "支払いの処理");
    public static readonly Phrase ArrangeShipment = new("Arrange the shipment", "配送の手配");

    // An order
    public static readonly Phrase Steps = new("Steps of the saga", "サーガのステップ");
    public static readonly Phrase Events = new("Events", "イベント");
    public static readonly Phrase Goods = new("Goods", "商品");
    public static readonly Phrase Product = new("Product", "商品");
    public static readonly Phrase Quantity = new("Quantity", "数量");
    public static readonly Phrase Price = new("Price", "価格");
    public static readonly Phrase Reason = new("Reason", "理由");
    public static readonly Phrase Changed = new("Last changed", "最終更新");
    public static readonly Phrase Address = new("Address", "住所");
    public static readonly Phrase Payment = new("Payment", "支払い");
    public static readonly Phrase Shipment = new("Shipment", "配送");
    public static readonly Phrase Tracking = new("Tracking number", "追跡番号");
    public static readonly Phrase Trace = new("Trace", "トレース");
    public static readonly Phrase OpenTrace = new("Open the trace", "トレースを開く");
    public static readonly Phrase Actions = new("Actions", "操作");
    public static readonly Phrase NoActions = new("This order allows no action now.", "この注文に対して今できる操作はありません。");
    public static readonly Phrase Note = new("Note", "メモ");
    public static readonly Phrase Cancel = new("Cancel the order", "注文を取り消す");
    public static readonly Phrase Approve = new("Approve", "承認");
    public static readonly Phrase Reject = new("Reject", "却下");
    public static readonly Phrase Retry = new("Retry", "再試行");
    public static readonly Phrase Skip = new("Skip", "スキップ");
    public static readonly Phrase Resolved = new("Resolved by hand", "手作業で解決済み");
    public static readonly Phrase Ship = new("Report as shipped", "発送済みにする");
    public static readonly Phrase Deliver = new("Report as delivered", "配達済みにする");
    public static readonly Phrase Accepted = new("Accepted: {0}", "受け付けました: {0}");
    public static readonly Phrase InterventionAt = new(
        "Waits for a person: undoing “{0}” failed {1} times",
        "人の判断待ち: 「{0}」の取り消しが {1} 回失敗"
    );
    public static readonly Phrase Decided = new("{0} decided: {1}", "{0} の判断: {1}");
    public static readonly Phrase ApprovalAbove = new("Above the limit of {0}; until", "上限 {0} を超過。期限:");
    public static readonly Phrase Version = new("Version", "版");
    public static readonly Phrase At = new("At", "日時");

    // Work
    public static readonly Phrase Approvals = new("Approvals", "承認待ち");
    public static readonly Phrase Interventions = new("Interventions", "介入待ち");
    public static readonly Phrase DeadLetters = new("Dead letters", "配信不能イベント");
    public static readonly Phrase ChargedThoughCancelled = new("Charged though cancelled", "取消済みで未返金");
    public static readonly Phrase NothingWaits = new("Nothing waits.", "待っているものはありません。");
    public static readonly Phrase Age = new("Age", "経過");
    public static readonly Phrase Cause = new("Cause", "原因");
    public static readonly Phrase Event = new("Event", "イベント");
    public static readonly Phrase Consumer = new("Consumer", "受信アプリ");
    public static readonly Phrase Times = new("Times", "回数");
    public static readonly Phrase Replay = new("Replay", "再配信");
    public static readonly Phrase ReplayAll = new("Replay all", "すべて再配信");
    public static readonly Phrase Replayed = new("{0} events were put back on their topics.", "{0} 件のイベントを再配信しました。");
    public static readonly Phrase Discard = new("Discard", "破棄");
    public static readonly Phrase NoteNeeded = new(
        "Say why in the note: a discarded event stays discarded.",
        "メモに理由を書いてください。破棄したイベントは元に戻りません。"
    );
    public static readonly Phrase More = new(
        "More than {0} wait; these are the newest.",
        "{0} 件以上あります。新しいものを表示しています。"
    );

    // Stock
    public static readonly Phrase Available = new("Available", "在庫");
    public static readonly Phrase Reserved = new("Reserved", "引当済み");
    public static readonly Phrase Sold = new("Sold", "販売済み");
    public static readonly Phrase Sum = new("Together", "合計数");
    public static readonly Phrase Invariant = new(
        "Available, reserved and sold are together what was ever put on the shelf. No order changes the sum.",
        "在庫・引当済み・販売済みの合計は、これまでに入荷した総数です。注文によって合計が変わることはありません。"
    );
    public static readonly Phrase Change = new("Change", "変更");
    public static readonly Phrase ChangeOf = new("Change {0}", "{0} を変更");
    public static readonly Phrase Name = new("Name", "名称");
    public static readonly Phrase PriceIn = new("Price in {0}", "価格 ({0})");
    public static readonly Phrase Save = new("Save", "保存");
    public static readonly Phrase Close = new("Close", "閉じる");
    public static readonly Phrase Saved = new("{0} was saved.", "{0} を保存しました。");
    public static readonly Phrase NoAmount = new(
        "“{0}” is no amount. Write it like 12.50.",
        "「{0}」は金額ではありません。12.50 のように入力してください。"
    );
    public static readonly Phrase NoNumber = new("“{0}” is no whole number from 0.", "「{0}」は 0 以上の整数ではありません。");

    // Try it
    public static readonly Phrase Ending = new("Ending", "結末");
    public static readonly Phrase HowMany = new("How many (1 to 200)", "件数 (1～200)");
    public static readonly Phrase Place = new("Place orders", "注文する");
    public static readonly Phrase Run = new("{0} of {1} orders have come to their end", "{1} 件中 {0} 件が完了");
    public static readonly Phrase NotPlaced = new("{0} orders were not taken.", "{0} 件の注文は受け付けられませんでした。");
    public static readonly Phrase EndConfirmed = new("Confirmed", "確定");
    public static readonly Phrase EndDeclined = new("The card is declined", "カードが拒否される");
    public static readonly Phrase EndOutOfStock = new("Out of stock: refused at once", "在庫切れ: 即時拒否");
    public static readonly Phrase EndLastUnits = new(
        "The last units: one of several orders gets them",
        "最後の在庫: 複数の注文のうち 1 件だけ確定"
    );
    public static readonly Phrase EndNotServed = new("The address is not served", "配送対象外の住所");
    public static readonly Phrase EndTimeout = new("The payment provider answers too late", "決済サービスの応答が遅すぎる");
    public static readonly Phrase EndFlaky = new("The payment provider fails twice", "決済サービスが 2 回失敗する");
    public static readonly Phrase EndRefundFails = new("The refund fails: a person decides", "返金に失敗し、人が判断する");
    public static readonly Phrase EndApproval = new("Needs approval", "承認が必要");
    public static readonly Phrase EndingsOfOthers = new(
        "The endings “{0}” and “{1}” need another customer's address: sign in as an operator.",
        "結末「{0}」と「{1}」は別の顧客の住所が必要です。オペレーターとしてサインインしてください。"
    );
    public static readonly Phrase Both = new("half of each", "半分ずつ");

    // Overview and system
    public static readonly Phrase RunningSagas = new("Running sagas", "実行中のサーガ");
    public static readonly Phrase OrdersPerMinute = new("Orders per minute", "1 分あたりの注文数");
    public static readonly Phrase TimeToEnd = new("Time to the end, p50 / p99", "完了までの時間 p50 / p99");
    public static readonly Phrase PlotTitle = new("Orders by outcome, per 10 seconds", "10 秒ごとの注文数 (結果別)");
    public static readonly Phrase EventsPerSecond = new("{0} events/s", "{0} イベント/秒");
    public static readonly Phrase Services = new("Services", "サービス");
    public static readonly Phrase Healthy = new("healthy", "正常");
    public static readonly Phrase Unhealthy = new("away", "応答なし");
    public static readonly Phrase SinceStart = new(
        "Figures count what this console has seen since it was started.",
        "数値は、このコンソールの起動後に観測したものです。"
    );
    public static readonly Phrase Map = new("Dependencies", "依存関係");
    public static readonly Phrase MapDetail = new(
        "Solid lines are calls, dashed lines are topics with their events per second. A thick frame is a service's health.",
        "実線は呼び出し、破線はトピックと毎秒のイベント数です。枠の色はサービスの状態を示します。"
    );
    public static readonly Phrase MapLimits = new(
        "Dapr's APIs do not say how many calls an edge carries: sidecars count them for Prometheus, at their metrics ports.",
        "呼び出しの回数は Dapr の API からは取得できません。サイドカーが Prometheus 用のメトリクスとして公開しています。"
    );
    public static readonly Phrase Service = new("Service", "サービス");
    public static readonly Phrase AnswersIn = new("Answers in", "応答時間");
    public static readonly Phrase Calls = new("Calls", "呼び出し先");
    public static readonly Phrase Publishes = new("Publishes to", "発行先");
    public static readonly Phrase Consumes = new("Consumes", "購読");
}
