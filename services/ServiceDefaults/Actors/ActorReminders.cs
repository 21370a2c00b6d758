using System.Globalization;
using System.Net.Http.Json;

namespace ServiceDefaults.Actors;

/// <summary>
/// Durable reminders for actors of types this app hosts, registered without waking the actor: the SDK offers them to an actor in its own
/// turn only. Source: Dapr docs, "Actors API reference".
/// </summary>
public sealed class ActorReminders(HttpClient sidecar)
{
    /// <summary>Registers a recurring reminder, which replaces one of the same name.</summary>
    public async Task RegisterAsync(
        string actorType,
        string actorId,
        string name,
        TimeSpan due,
        TimeSpan period,
        CancellationToken cancellation
    )
    {
        // The SDK reads data as base64, and fails without any.
        using var response = await sidecar.PutAsJsonAsync(
            PathOf(actorType, actorId, name),
            new
            {
                dueTime = Text(due),
                period = Text(period),
                data = "",
            },
            cancellation
        );
        response.EnsureSuccessStatusCode();
    }

    private static Uri PathOf(string actorType, string actorId, string name) =>
        new(
            $"/v1.0/actors/{Uri.EscapeDataString(actorType)}/{Uri.EscapeDataString(actorId)}/reminders/{Uri.EscapeDataString(name)}",
            UriKind.Relative
        );

    private static string Text(TimeSpan duration) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(duration.TotalMilliseconds)}ms");
}
