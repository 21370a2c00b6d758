using Grpc.Core;
using Polly;

namespace Sidecar.Resiliency;

/// <summary>A result that can be a failure without being an exception: an app's answer, a delivery.</summary>
internal interface IFallible
{
    bool Failed { get; }

    /// <summary>The HTTP status or gRPC code of the failure, if it has one that retry rules compare.</summary>
    int? Code { get; }

    /// <summary>True for a failure that breakers count and no retry repeats.</summary>
    bool Final => false;
}

/// <summary>The outcome of a guarded call, as retries and circuit breakers count it.</summary>
internal static class OutcomeFailure
{
    public static bool Is<T>(Outcome<T> outcome) => outcome.Exception is not null || outcome.Result is IFallible { Failed: true };

    /// <summary>True if the call must not be repeated.</summary>
    public static bool IsFinal<T>(Outcome<T> outcome) =>
        outcome.Exception is CircuitBreakerRefusedException or OperationCanceledException
        || outcome.Result is IFallible { Failed: true, Final: true };

    public static int? Code<T>(Outcome<T> outcome) =>
        outcome.Exception is RpcException failure ? (int)failure.StatusCode
        : outcome.Result is IFallible { Failed: true } failed ? failed.Code
        : null;
}
