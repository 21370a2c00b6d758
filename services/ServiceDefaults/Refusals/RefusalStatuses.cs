using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Refusals;

/// <summary>The one table between refusals and HTTP statuses, read in both directions.</summary>
public static class RefusalStatuses
{
    private static readonly (RefusalKind Kind, int Status)[] Table =
    [
        (RefusalKind.Invalid, StatusCodes.Status400BadRequest),
        (RefusalKind.Forbidden, StatusCodes.Status403Forbidden),
        (RefusalKind.NotFound, StatusCodes.Status404NotFound),
        (RefusalKind.Conflict, StatusCodes.Status409Conflict),
        (RefusalKind.Unprocessable, StatusCodes.Status422UnprocessableEntity),
        (RefusalKind.TooMany, StatusCodes.Status429TooManyRequests),
        (RefusalKind.Overloaded, StatusCodes.Status503ServiceUnavailable),
    ];

    public static int Of(RefusalKind kind) => Table.Single(row => row.Kind == kind).Status;

    /// <summary>
    /// The kind of another service's refusal. A 4xx that no rule gives counts as <see cref="RefusalKind.Unprocessable"/>.
    /// </summary>
    public static RefusalKind KindOf(int status) =>
        Table.Where(row => row.Status == status).Select(row => row.Kind).FirstOrDefault(RefusalKind.Unprocessable);
}
