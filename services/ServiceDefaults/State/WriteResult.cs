using System.Text.Json;
using Dapr;
using Dapr.Client;
using Grpc.Core;

namespace ServiceDefaults.State;

/// <summary>The result of a guarded write.</summary>
public enum WriteResult
{
    Written,

    /// <summary>Another writer was faster; nothing is written. Read again and decide anew.</summary>
    Stale,
}
