using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecar.Jobs;

namespace Sidecar.Actors.Reminders;

/// <summary>
/// Stored format: a reminder and its next tick. <paramref name="Left"/> counts the remaining ticks, -1 without end; due time, period and
/// ttl are stored unchanged; missing data is undefined.
/// </summary>
internal sealed record Reminder(
    string ActorType,
    string ActorId,
    string Name,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] JsonElement Data,
    string? DueTime,
    string? Period,
    string? Ttl,
    DateTimeOffset Next,
    DateTimeOffset? Expires,
    int Left,
    FailurePolicy? OnFailure = null
)
{
    public ActorId Actor => new(ActorType, ActorId);
}
