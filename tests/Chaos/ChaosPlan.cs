using System.Globalization;

namespace Chaos;

internal enum FaultKind
{
    KillApp,
    FreezeApp,
    KillSidecar,
    FreezeSidecar,
    BreakConnections,
    FillDisk,
    CrashServers,
}

/// <param name="AppId">Empty if the fault is the sidecar's, or no process's.</param>
/// <param name="Lasting">How long a frozen process stands still, or the disk is full.</param>
/// <param name="Rest">How long the system is left alone afterwards.</param>
internal sealed record Fault(FaultKind Kind, string AppId, TimeSpan Lasting, TimeSpan Rest)
{
    public override string ToString() =>
        Kind switch
        {
            FaultKind.KillApp => $"kill {AppId}",
            FaultKind.FreezeApp => $"freeze {AppId} for {Lasting.TotalSeconds:0.0} s",
            FaultKind.KillSidecar => "kill the sidecar",
            FaultKind.BreakConnections => $"reset the connections of {(AppId.Length > 0 ? AppId : "the sidecar")}",
            FaultKind.FillDisk => $"fill the disk for {Lasting.TotalSeconds:0.0} s",
            FaultKind.CrashServers => "crash store and broker",
            _ => $"freeze the sidecar for {Lasting.TotalSeconds:0.0} s",
        };
}

/// <summary>
/// Plan of a chaos run. The seed (<c>CHAOS_SEED</c>) alone decides the faults and their order, so a run can be repeated. A run takes
/// <c>CHAOS_SECONDS</c>, by default 15. <c>CHAOS_PACE</c>, by default 1, divides the rests between faults.
/// </summary>
internal sealed record ChaosPlan(int Seed, TimeSpan Duration, int Pace = 1)
{
    private static readonly string[] Apps = ["orders", "inventory", "payments", "shipping", "customers", "gateway", "orders-grpc"];
    private static readonly string[] Connected = [.. Apps, ""];

    public static ChaosPlan OfEnvironment { get; } =
        new(
            Number("CHAOS_SEED") ?? Random.Shared.Next(1_000_000),
            TimeSpan.FromSeconds(Number("CHAOS_SECONDS") ?? 15),
            Number("CHAOS_PACE") ?? 1
        );

    /// <summary>
    /// Returns an endless sequence of faults. Of ten, six kill an app and one kills the sidecar; each of <paramref name="further"/>, which
    /// not every system can have, is as frequent as the latter.
    /// </summary>
    public IEnumerable<Fault> Faults(params IReadOnlyList<FaultKind> further)
    {
        var random = new Random(Seed);
        while (true)
        {
            var kind = random.Next(10 + further.Count) switch
            {
                < 6 => FaultKind.KillApp,
                < 8 => FaultKind.FreezeApp,
                8 => FaultKind.FreezeSidecar,
                9 => FaultKind.KillSidecar,
                var other => further[other - 10],
            };
            yield return new Fault(
                kind,
                kind switch
                {
                    FaultKind.KillApp or FaultKind.FreezeApp => Apps[random.Next(Apps.Length)],
                    FaultKind.BreakConnections => Connected[random.Next(Connected.Length)],
                    _ => "",
                },
                TimeSpan.FromMilliseconds(random.Next(300, 3000)),
                TimeSpan.FromMilliseconds(random.Next(500, 4000)) / Pace
            );
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
