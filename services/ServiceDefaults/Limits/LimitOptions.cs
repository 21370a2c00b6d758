namespace ServiceDefaults.Limits;

/// <summary>
/// Limits of a service that external clients call (<c>Limits:*</c>). Rates count requests a second, bursts and places count requests. A
/// caller is the user of a valid token, otherwise the address.
/// </summary>
public sealed record LimitOptions
{
    public int PerUserPerSecond { get; init; } = 50;
    public int PerUserBurst { get; init; } = 100;

    /// <summary>
    /// New orders, each of which is work for every service: those beyond the burst wait for their turn, and those beyond the queue are
    /// refused.
    /// </summary>
    public int OrdersPerUserPerSecond { get; init; } = 10;
    public int OrdersPerUserBurst { get; init; } = 20;
    public int OrdersPerUserQueued { get; init; } = 20;

    /// <summary>
    /// New event streams, each of which reads the whole list of its user first. The burst lets a client open all of its streams again.
    /// </summary>
    public int StreamsPerUserPerSecond { get; init; } = 2;

    public int StreamsPerUserBurst { get; init; } = 32;

    /// <summary>Requests without a user. A user has a rate of its own, and does not use up that of others at the same address.</summary>
    public int PerAddressPerSecond { get; init; } = 200;
    public int PerAddressBurst { get; init; } = 400;

    /// <summary>New customers, each of which is several writes.</summary>
    public int RegistrationsPerAddressPerSecond { get; init; } = 10;
    public int RegistrationsPerAddressBurst { get; init; } = 100;

    /// <summary>Requests at work at once, and those that may wait for a place.</summary>
    public int Concurrent { get; init; } = 128;
    public int Queued { get; init; } = 256;

    /// <summary>Of these places, as many as one caller can have.</summary>
    public int ConcurrentPerCaller { get; init; } = 64;
    public int QueuedPerCaller { get; init; } = 128;

    /// <summary>Bodies that are arriving, before their requests take a place.</summary>
    public int Bodies { get; init; } = 2000;
    public int BodiesPerCaller { get; init; } = 256;

    /// <summary>Requests that wait for the end of an order (<c>Prefer: wait</c>); they take no place of the above.</summary>
    public int Waiting { get; init; } = 512;
    public int WaitingPerCaller { get; init; } = 64;

    /// <summary>Open event streams; they take no place of the above.</summary>
    public int Streams { get; init; } = 1000;
    public int StreamsPerCaller { get; init; } = 16;

    public int MostHeaderBytes { get; init; } = 16 * 1024;
    public int MostHeaders { get; init; } = 64;

    /// <summary>Bytes a second below which the body of a request is given up, after five seconds.</summary>
    public int SlowestBody { get; init; } = 1024;

    public bool AreSane =>
        PerUserPerSecond > 0
        && PerUserBurst > 0
        && OrdersPerUserPerSecond > 0
        && OrdersPerUserBurst > 0
        && OrdersPerUserQueued >= 0
        && StreamsPerUserPerSecond > 0
        && StreamsPerUserBurst > 0
        && PerAddressPerSecond > 0
        && PerAddressBurst > 0
        && RegistrationsPerAddressPerSecond > 0
        && RegistrationsPerAddressBurst > 0
        && Concurrent > 0
        && Queued >= 0
        && ConcurrentPerCaller > 0
        && QueuedPerCaller >= 0
        && Bodies > 0
        && BodiesPerCaller > 0
        && Waiting > 0
        && WaitingPerCaller > 0
        && Streams > 0
        && StreamsPerCaller > 0
        && MostHeaderBytes > 1024
        && MostHeaders > 8
        && SlowestBody > 0;
}
