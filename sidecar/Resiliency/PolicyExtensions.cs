namespace Sidecar.Resiliency;

internal static class PolicyExtensions
{
    /// <summary>Runs <paramref name="work"/> under <paramref name="policy"/>, or directly without one.</summary>
    public static ValueTask<T> RunAsync<T>(
        this Policy? policy,
        Func<CancellationToken, ValueTask<T>> work,
        CancellationToken cancellation
    ) => policy is null ? work(cancellation) : policy.ExecuteAsync(work, cancellation);
}
