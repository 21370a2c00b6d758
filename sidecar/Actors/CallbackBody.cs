using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Sidecar.Actors;

/// <summary>
/// The body that an app receives when a reminder or a timer fires. Members and their order are daprd's; data that was not given is left
/// out.
/// </summary>
internal static class CallbackBody
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Reminder(JsonElement data) => Write(data, json =>
        {
            json.WriteString("dueTime", "");
            json.WriteString("period", "");
        });

    public static byte[] Timer(ReminderRequest timer) => Write(timer.Data, json =>
        {
            json.WriteString("callback", timer.Callback ?? "");
            json.WriteString("dueTime", timer.DueTime ?? "");
            json.WriteString("period", timer.Period ?? "");
        });

    private static byte[] Write(JsonElement data, Action<Utf8JsonWriter> rest)
    {
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Options))
        {
            json.WriteStartObject();
            if (data.ValueKind != JsonValueKind.Undefined)
            {
                json.WritePropertyName("data");
                data.WriteTo(json);
            }
            rest(json);
            json.WriteEndObject();
        }
        return body.WrittenSpan.ToArray();
    }
}
