using ConsoleComponents.Data;
using ConsoleComponents.Languages;

namespace Console.Wording;

/// <summary>The contract's words in the language of the page, and how good or bad they are. A word that is new here is shown as it
/// is.</summary>
internal static class States
{
    private static readonly Dictionary<string, (Phrase Word, Tone Tone)> Orders = new(StringComparer.Ordinal)
    {
        ["pending"] = (Phrases.Pending, Tone.Active),
        ["confirmed"] = (Phrases.Confirmed, Tone.Good),
        ["cancelling"] = (Phrases.Cancelling, Tone.Undone),
        ["cancelled"] = (Phrases.Cancelled, Tone.Undone),
        ["shipped"] = (Phrases.Shipped, Tone.Good),
        ["delivered"] = (Phrases.Delivered, Tone.Good),
        ["intervention"] = (Phrases.Intervention, Tone.Bad),
    };

    private static readonly Dictionary<string, (Phrase Word, Tone Tone)> Steps = new(StringComparer.Ordinal)
    {
        ["pending"] = (Phrases.StepPending, Tone.Neutral),
        ["done"] = (Phrases.StepDone, Tone.Good),
        ["failed"] = (Phrases.StepFailed, Tone.Bad),
        ["compensated"] = (Phrases.StepCompensated, Tone.Undone),
        ["skipped"] = (Phrases.StepSkipped, Tone.Warning),
        ["resolved"] = (Phrases.StepResolved, Tone.Undone),
        ["intervention"] = (Phrases.Intervention, Tone.Bad),
    };

    private static readonly Dictionary<string, Phrase> StepNames = new(StringComparer.Ordinal)
    {
        ["create-order"] = Phrases.CreateOrder,
        ["reserve-inventory"] = Phrases.ReserveInventory,
        ["process-payment"] = Phrases.ProcessPayment,
        ["arrange-shipment"] = Phrases.ArrangeShipment,
    };

    public static IEnumerable<string> OfOrders => Orders.Keys.Where(status => status != "cancelling");

    public static (string Word, Tone Tone) OfOrder(string status, Localizer text) => Read(Orders, status, text);

    public static (string Word, Tone Tone) OfStep(string state, Localizer text) => Read(Steps, state, text);

    public static string StepName(string name, Localizer text) => StepNames.TryGetValue(name, out var phrase) ? text[phrase] : name;

    public static string Saga(string saga, Localizer text) =>
        saga switch
        {
            "orchestration" => text[Phrases.Orchestration],
            "choreography" => text[Phrases.Choreography],
            _ => saga,
        };

    private static (string Word, Tone Tone) Read(Dictionary<string, (Phrase Word, Tone Tone)> known, string state, Localizer text) =>
        known.TryGetValue(state, out var found) ? (text[found.Word], found.Tone) : (state, Tone.Neutral);
}
