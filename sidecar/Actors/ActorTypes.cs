using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Client.Autogen.Grpc.v1;
using Sidecar.Go;

namespace Sidecar.Actors;

/// <summary>Options of one actor type.</summary>
internal sealed record ActorTypeOptions(string Type, TimeSpan IdleTimeout, bool Reentrant, int MaxStackDepth);

/// <summary>The actor types of an app, and the time that their running calls get before the sidecar ends.</summary>
internal sealed record HostedActors(IReadOnlyList<ActorTypeOptions> Types, TimeSpan Drain);

/// <summary>
/// The actor types of an app, read from its answer to <c>GET /dapr/config</c>. Source: Dapr docs, "Actor runtime configuration parameters".
/// </summary>
internal static class ActorTypes
{
    private static readonly TimeSpan DefaultIdleTimeout = TimeSpan.FromMinutes(60);
    private static readonly TimeSpan DefaultDrain = TimeSpan.FromSeconds(2);

    /// <summary>A time of this length or more is reduced to <see cref="ReducedDrain"/>, as by daprd with its defaults.</summary>
    private static readonly TimeSpan DrainLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReducedDrain = TimeSpan.FromSeconds(24);
    private const int DefaultStackDepth = 32;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    /// <summary>
    /// No types when the app hosts none. A type with entries in <c>entitiesConfig</c> has the settings of the last one and none of the
    /// app's, as in daprd.
    /// </summary>
    public static HostedActors Parse(ReadOnlySpan<byte> json)
    {
        var config = JsonSerializer.Deserialize<AppConfig>(json, Options);
        IReadOnlyList<ActorTypeOptions> types =
        [
            .. (config?.Entities ?? [])
                .Where(type => !string.IsNullOrEmpty(type))
                .Distinct(StringComparer.Ordinal)
                .Select(type =>
                {
                    var own = config!.EntitiesConfig?.LastOrDefault(entry => entry?.Entities?.Contains(type) == true);
                    var (idle, reentrancy) = own is null
                        ? (config.ActorIdleTimeout, config.Reentrancy)
                        : (own.ActorIdleTimeout, own.Reentrancy);
                    return new ActorTypeOptions(
                        type,
                        Time(idle) ?? DefaultIdleTimeout,
                        reentrancy?.Enabled ?? false,
                        reentrancy?.MaxStackDepth ?? DefaultStackDepth
                    );
                }),
        ];
        return new HostedActors(types, DrainOf(config?.DrainRebalancedActors, Time(config?.DrainOngoingCallTimeout)));
    }

    /// <summary>Reads the types from the first message of a stream of actor events.</summary>
    public static HostedActors Of(SubscribeActorEventsRequestInitialAlpha1 initial)
    {
        IReadOnlyList<ActorTypeOptions> types =
        [
            .. initial
                .Entities.Distinct(StringComparer.Ordinal)
                .Select(type =>
                {
                    var own = initial.EntitiesConfig.LastOrDefault(entry => entry.Entities.Contains(type));
                    var (idle, reentrancy) = own is null
                        ? (initial.ActorIdleTimeout, initial.Reentrancy)
                        : (own.ActorIdleTimeout, own.Reentrancy);
                    return new ActorTypeOptions(
                        type,
                        idle is null ? DefaultIdleTimeout : idle.ToTimeSpan(),
                        reentrancy?.Enabled ?? false,
                        reentrancy is { HasMaxStackDepth: true } ? reentrancy.MaxStackDepth : DefaultStackDepth
                    );
                }),
        ];
        bool? drains = initial.HasDrainRebalancedActors ? initial.DrainRebalancedActors : null;
        return new HostedActors(types, DrainOf(drains, initial.DrainOngoingCallTimeout?.ToTimeSpan()));
    }

    /// <summary>As in daprd, the app's setting counts; those of <c>entitiesConfig</c> are for actors that move to another host.</summary>
    private static TimeSpan DrainOf(bool? drains, TimeSpan? longest) =>
        drains == false || longest < TimeSpan.Zero ? TimeSpan.Zero
        : longest >= DrainLimit ? ReducedDrain
        : longest ?? DefaultDrain;

    private static TimeSpan? Time(string? text) => text is { Length: > 0 } && GoDuration.TryParse(text, out var duration) ? duration : null;

    private sealed record AppConfig(
        IReadOnlyList<string>? Entities,
        string? ActorIdleTimeout,
        string? DrainOngoingCallTimeout,
        bool? DrainRebalancedActors,
        Reentrancy? Reentrancy,
        IReadOnlyList<EntityConfig?>? EntitiesConfig
    );

    private sealed record EntityConfig(IReadOnlyList<string>? Entities, string? ActorIdleTimeout, Reentrancy? Reentrancy);

    private sealed record Reentrancy(bool Enabled, int? MaxStackDepth);
}
