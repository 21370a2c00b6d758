using System.Data.Common;
using Grpc.Core;
using Sidecar.Failures;
using Sidecar.Sqlite;

namespace Sidecar.Api;

/// <summary>
/// The error for a failure of the store behind workflows, actors, jobs, …; daprd has none. A retry may help, unless the file is damaged.
/// </summary>
internal static class StoreFailure
{
    public static bool Is(Exception failure) => failure is SqliteFileException or DbException;

    public static DaprError Of(Exception failure) =>
        failure is SqliteFileException { IsDamaged: true }
            ? new DaprError(500, StatusCode.DataLoss, "ERR_STORE_DAMAGED", failure.Message)
            : new DaprError(503, StatusCode.Unavailable, "ERR_STORE_UNAVAILABLE", failure.Message);
}
